"""Warn of fields that no row of a batch has. They are counted while it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.column_refs import named
from lakesmith.columns import ARRIVED
from lakesmith.quality.check_result import CheckResult

_CHECK = "field_arrived"


def arrival_metrics(images: DataFrame) -> list[Column]:
    """List the aggregates that count the rows of a batch that have each field.

    Parameters
    ----------
    images : DataFrame
        The rows as they are read, where the aggregates are to be observed.

    Returns
    -------
    list of Column

    Notes
    -----
    *Columns*: needs ``_arrived`` -> ``images``, ``has_<field>`` for each field and
    ``names``, the fields of one image.

    Examples
    --------
    >>> arrived = "named_struct('has', named_struct('id', true), 'names', 'id')"
    >>> images = spark.sql(f"select {arrived} as _arrived")
    >>> images.agg(*arrival_metrics(images)).first().asDict()
    {'images': 1, 'has_id': 1, 'names': 'id'}
    """
    arrived = named(ARRIVED)
    schema = cast("StructType", images.schema[ARRIVED].dataType)
    fields = cast("StructType", schema["has"].dataType)
    images_read = F.count(arrived)
    metrics = [images_read.alias("images")]
    for name in fields.names:
        has_field = arrived["has"][name]
        having = F.count_if(has_field)
        metrics.append(having.alias(f"has_{name}"))
    names = F.first(arrived["names"], ignorenulls=True)
    metrics.append(names.alias("names"))
    return metrics


def arrival_results(
    metrics: Mapping[str, Any],
    sources: Mapping[str, str],
    given: Mapping[str, int],
    noun: str = "images",
) -> tuple[CheckResult, ...]:
    """Warn of the columns whose field no row of a batch has.

    Parameters
    ----------
    metrics : mapping of str to value
        What was observed of `arrival_metrics`; without ``images`` nothing was counted.
    sources : mapping of str to str
        Contract column to the field of the image.
    given : mapping of str to int
        How many rows have a value in a column, which a step may have made.
    noun : str
        What has the fields.

    Returns
    -------
    tuple of CheckResult

    Examples
    --------
    >>> metrics = {"images": 3, "has_id": 3, "has_town": 0, "names": "id, city"}
    >>> arrival_results(metrics, {"id": "id", "place": "town"}, {})[0].message
    "none of 3 images has the field 'town'; one has id, city"
    """
    images = metrics.get("images") or 0
    names = metrics.get("names") or "no field"
    results: list[CheckResult] = []
    for column, field in sources.items():
        having = metrics.get(f"has_{field}")
        is_missing = having == 0 and not given.get(column)
        if not images or not is_missing:
            continue
        what = f"none of {images} {noun} has the field '{field}'; one has {names}"
        result = CheckResult(
            check=_CHECK,
            column=column,
            on_fail="warn",
            status="warn",
            failed=images,
            message=what,
        )
        results.append(result)
    return tuple(results)

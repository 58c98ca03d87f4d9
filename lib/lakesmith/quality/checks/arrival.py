"""Fields that no row of a batch has: counted while the batch is read, and named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.column_refs import named
from lakesmith.columns import ARRIVED
from lakesmith.quality.check_result import CheckResult

ARRIVAL = "field_arrived"


def arrival_metrics(images: DataFrame) -> list[Column]:
    """List the aggregates that count the rows of a batch that have each field, to be observed where
    it is read.

    Notes
    -----
    *Columns*: needs ``_arrived`` -> ``images``, ``has_<field>`` for each field and ``names``, the
    fields of one image.
    """
    has = cast(
        "StructType",
        cast("StructType", images.schema[ARRIVED].dataType)["has"].dataType,
    )
    counts = [
        F.count_if(named(ARRIVED)["has"][name]).alias(f"has_{name}")
        for name in has.names
    ]
    names = F.first(named(ARRIVED)["names"], ignorenulls=True)
    return [F.count(named(ARRIVED)).alias("images"), *counts, names.alias("names")]


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
        What `arrival_metrics` gave; without ``images`` nothing was counted.
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
    >>> found = {"images": 3, "has_id": 3, "has_town": 0, "names": "id, city"}
    >>> arrival_results(found, {"id": "id", "place": "town"}, {})[0].message
    "none of 3 images has the field 'town'; one has id, city"
    """
    images = metrics.get("images") or 0
    nowhere = {
        name for name, source in sources.items() if metrics.get(f"has_{source}") == 0
    }
    missing = [
        name for name in sources if images and name in nowhere and not given.get(name)
    ]
    has = metrics.get("names") or "no field"
    told = {
        name: f"none of {images} {noun} has the field '{sources[name]}'; one has {has}"
        for name in missing
    }
    return tuple(
        CheckResult(ARRIVAL, name, "warn", "warn", images, what)
        for name, what in told.items()
    )

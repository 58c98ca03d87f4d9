"""Read the rows of a source as its first batch would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.errors import InputError
from lakesmith.sources.base import Known
from lakesmith.sources.registry import source_of
from lakesmith.spec.model.table import Table
from lakesmith.spec.yaml.provenance import suggest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from lakesmith.spec.model import Project


def require_source(project: Project, name: str) -> None:
    """Refuse a name that no source has.

    Raises
    ------
    InputError
        LS207, with the name that is nearest.

    Examples
    --------
    >>> from lakesmith.spec.example import example_project
    >>> require_source(example_project(), "s")
    """
    if name in project.sources:
        return
    hint = suggest(name, project.sources, "sources")
    raise InputError(f"no source '{name}'", code="LS207", hint=hint)


def source_rows(spark: SparkSession, project: Project, name: str) -> DataFrame:
    """Return the rows of the first batch of a source, whether a table reads it or not.

    Parameters
    ----------
    spark : SparkSession
    project : Project
    name : str
        Name of the source.

    Returns
    -------
    DataFrame
        *Columns*: the columns of the source as STRING, ``_source_file`` and ``_rescued``.

    Raises
    ------
    InputError
        LS217 when the source has nothing to read.
    """
    table = Table.model_validate({"from": f"sources.{name}"})
    alone = project.model_copy(update={"tables": {"bronze": {name: table}}})
    source = source_of(alone, f"bronze.{name}")
    slices = source.next_slice(spark, {}, Known(is_trial=True))
    if slices.new is None:
        reasons = "; ".join(f"{one.part}: {one.reason}" for one in slices.parked)
        raise InputError(
            f"source {name} has no rows",
            code="LS217",
            where=f"sources.{name}",
            hint=reasons or "put a file into its directory",
        )
    return source.read(spark, slices.new)

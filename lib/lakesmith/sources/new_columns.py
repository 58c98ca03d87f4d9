"""Find the columns that a table got since one of its versions was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from lakesmith.sources.registry import source_of
from lakesmith.tables.ref import project_table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from lakesmith.spec.model import Project
    from lakesmith.tables.ref import TableRef

Default: TypeAlias = "str | int | float | None"


def columns_since(
    session: SparkSession, project: Project, name: str, version: int
) -> Mapping[str, Default]:
    """Return the columns of a table that a version of it lacks, each with its default.

    Parameters
    ----------
    session : SparkSession
    project : Project
    name : str
        ``layer.table``.
    version : int

    Returns
    -------
    mapping of str to the default, None without any
        Names in lower case. Those that the spec declares are there too, since the next batch adds
        them.

    Notes
    -----
    The log of a table on a local path answers without Spark.
    """
    table = project_table(project, name)
    then = _names(session, table, version)
    now = _names(session, table, None)
    declared = _lowered(source_of(project, name).column_types())
    contract = project.table(name).columns.items()
    defaults = {column.lower(): about.default for column, about in contract}
    return {new: defaults.get(new) for new in (now | declared) - then}


def _names(
    session: SparkSession, table: TableRef, version: int | None
) -> frozenset[str]:
    """Return the columns that a table has at a version, or now, in lower case."""
    local = _local_names(table, version)
    if local is not None:
        return local
    options = {} if version is None else {"versionAsOf": version}
    return _lowered(table.load(session, **options).columns)


def _local_names(table: TableRef, version: int | None) -> frozenset[str] | None:
    if table.local is None:
        return None
    try:
        schema = DeltaTable(table.location, version=version).schema()
    except DeltaError:  # a damaged log, or a type of which Spark knows more
        return None
    return _lowered(field.name for field in schema.fields)


def _lowered(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)

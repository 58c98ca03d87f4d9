"""Read and set the properties of a table without a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from pyspark.sql import SparkSession

from lakesmith.tables.pruning.sql_literals import literal

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

UNSEEN = ("delta.feature.", "delta.minReaderVersion", "delta.minWriterVersion")


def properties_of(session: SparkSession, table: TableRef) -> dict[str, str]:
    """Return the properties of a table.

    Notes
    -----
    The log of a table on a local path answers without Spark. Elsewhere it is one SQL query
    without a job, which redacts a value that contains ``url`` or ``token`` in any place.
    """
    local = _local_properties(table)
    return _by_spark(session, table) if local is None else local


def _local_properties(table: TableRef) -> dict[str, str] | None:
    if table.local is None:
        return None
    try:
        metadata = DeltaTable(table.location).metadata()
    except DeltaError:  # a damaged log, which Spark may get over or explains
        return None
    return dict(metadata.configuration)


def _by_spark(session: SparkSession, table: TableRef) -> dict[str, str]:
    rows = session.sql(f"SHOW TBLPROPERTIES {table.sql_name}").collect()
    return {row["key"]: row["value"] for row in rows}


def missing_properties(
    have: Mapping[str, str], want: Mapping[str, str]
) -> dict[str, str]:
    """Return the Delta properties that a table should have and has not, or has with another value.

    Features and protocol versions are left out: Delta does not keep them as properties.

    Examples
    --------
    >>> missing_properties({"delta.a": "1"},
    ...     {"delta.a": "1", "delta.b": "true", "delta.minReaderVersion": "3"})
    {'delta.b': 'true'}
    """
    delta = {
        name: value
        for name, value in want.items()
        if name.startswith("delta.") and not name.startswith(UNSEEN)
    }
    return {name: value for name, value in delta.items() if have.get(name) != value}


def set_properties(properties: Mapping[str, str]) -> str:
    """Return what follows ``ALTER TABLE <name>`` to set properties.

    Examples
    --------
    >>> print(set_properties({"delta.enableChangeDataFeed": "true"}))
    SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')
    """
    return (
        "SET TBLPROPERTIES "
        f"({', '.join(f'{literal(k)} = {literal(v)}' for k, v in properties.items())})"
    )

"""Publish the tables of a run together in one commit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lakesmith.errors import WriteError
from lakesmith.tables.ops_table import OpsTable

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

SCHEMA_VERSION = 1
PUBLISHED = "schema_version INT, id BIGINT, run_id STRING, published_at TIMESTAMP, tables STRING"


def newest(spark: SparkSession | None, table: TableRef) -> dict[str, Any]:
    """Return the newest publication, which has id 0 when there is none.

    Returns
    -------
    dict
        ``{"id": n, "tables": {name: version}}``

    Examples
    --------
    >>> from lakesmith.tables.ref import TableRef
    >>> newest(None, TableRef("ops.published", "/no/such/table"))
    {'id': 0, 'tables': {}}
    """
    rows = OpsTable(table, PUBLISHED).read(spark)
    if not rows:
        return {"id": 0, "tables": {}}
    last = max(rows, key=lambda row: int(row["id"]))
    return {"id": last["id"], "tables": json.loads(last["tables"])}


def publish(
    spark: SparkSession | None,
    table: TableRef,
    env: str,
    run_id: str,
    run_time: str,
    tables: Mapping[str, int],
) -> dict[str, Any]:
    """Publish table versions in one commit.

    Parameters
    ----------
    spark : SparkSession, optional
        Not needed on a local path.
    table : TableRef
        ``ops.published``.
    env, run_id, run_time : str
    tables : mapping
        Every table that may be read, with its version.

    Returns
    -------
    dict
        The publication. When `tables` is what is published already, nothing is written.

    Raises
    ------
    WriteError
        LS505 when another publisher took the next id.
    """
    last = newest(spark, table)
    if last["tables"] == dict(tables):
        return last
    number = last["id"] + 1
    row = {
        "schema_version": SCHEMA_VERSION,
        "id": number,
        "run_id": run_id,
        "published_at": datetime.fromisoformat(run_time),
        "tables": json.dumps(dict(tables), sort_keys=True),
    }
    ops = OpsTable(table, PUBLISHED)
    try:
        ops.append(spark, [row], (f"lakesmith/{env}/published", number))
    # Delta refuses the second of two that were begun together.
    except PySparkException as error:
        if not _owners(spark, ops, number):
            raise
        raise _taken(ops, number) from error
    # An id that was taken before is skipped without a sign.
    if _owners(spark, ops, number) != {run_id}:
        raise _taken(ops, number)
    return {"id": number, "tables": dict(tables)}


def _owners(spark: SparkSession | None, ops: OpsTable, number: int) -> set[str]:
    return {row["run_id"] for row in ops.read(spark) if row["id"] == number}


def _taken(ops: OpsTable, number: int) -> WriteError:
    return WriteError(
        f"publication {number} was taken by another run",
        code="LS505",
        where=ops.ref.location,
        hint="run again: the tables are built, only their publication is missing",
    )

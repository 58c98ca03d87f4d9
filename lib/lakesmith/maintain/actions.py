"""Run the Delta statements of maintenance under an identity that runs recognise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.columns import quoted
from lakesmith.ledger.identity import app_id_of
from lakesmith.session.maintenance import maintenance_session
from lakesmith.tables.delta_log.fsync import force
from lakesmith.tables.delta_log.history import newest_version

if TYPE_CHECKING:
    from lakesmith.maintain.result import Action
    from lakesmith.spec.model import Maintenance, Project
    from lakesmith.tables.ref import TableRef

PURPOSE = "maintain"
NOT_LITE = "DELTA_CANNOT_VACUUM_LITE"


def session_for(
    spark: SparkSession,
    project: Project,
    run_id: str,
    table: TableRef,
    settings: Maintenance,
    epoch: int,
) -> SparkSession:
    """Return the session for the maintenance of one table."""
    about = {"app_id": app_id_of(project, table.name, epoch, PURPOSE), "run_id": run_id}
    sizes = (settings.small_file_bytes, settings.target_file_bytes)
    is_local = table.local is not None
    return maintenance_session(
        spark, table.name, sizes, json.dumps(about, sort_keys=True), is_local
    )


def _cluster(session: SparkSession, table: TableRef, settings: Maintenance) -> None:
    """Declare what a table is clustered by, and lay all its rows out so."""
    session.sql(
        f"ALTER TABLE {table.sql_name} CLUSTER BY ({_columns(settings.cluster_by)})"
    ).collect()
    session.sql(f"OPTIMIZE {table.sql_name} FULL").collect()


def _optimize(session: SparkSession, table: TableRef, settings: Maintenance) -> None:
    """Compact the small files of a table."""
    order = f" ZORDER BY ({_columns(settings.zorder_by)})" if settings.zorder_by else ""
    session.sql(f"OPTIMIZE {table.sql_name}{order}").collect()


def _purge(session: SparkSession, table: TableRef, settings: Maintenance) -> None:
    """Rewrite the files whose rows are deleted by vectors."""
    session.sql(f"REORG TABLE {table.sql_name} APPLY (PURGE)").collect()


def _vacuum(session: SparkSession, table: TableRef, settings: Maintenance) -> None:
    """Delete the files that no version within the table's retention needs.

    Notes
    -----
    By the log alone, so that no file is looked at that no commit names. Where the log no longer has
    enough, the directory is listed. The property of the table decides how long files are kept, and
    ``RETAIN`` would not overrule it.
    """
    try:
        session.sql(f"VACUUM {table.sql_name} LITE").collect()
    except Exception as error:
        if NOT_LITE not in str(error):
            raise
        session.sql(f"VACUUM {table.sql_name}").collect()


ACTIONS: dict[Action, Callable[[SparkSession, TableRef, Maintenance], None]] = {
    "cluster": _cluster,
    "optimize": _optimize,
    "purge": _purge,
    "vacuum": _vacuum,
}


def force_since(table: TableRef, version: int) -> None:
    """Force the commits after a version to the disk, where that is asked for."""
    if table.local is None or not table.durable:
        return
    head = newest_version(None, table)
    for number in range(version + 1, head + 1):
        force(table, number)


def _columns(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)

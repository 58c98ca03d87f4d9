"""Open the ledger of a warehouse, and adopt what the tables hold and it does not know."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.ledger.rebuild_from_commits import Adoption
from lakesmith.ledger.store import Ledger, read_ledger
from lakesmith.tables.create import create_schemas
from lakesmith.tables.delta_log.tail_check import check_tails
from lakesmith.tables.ref import project_table

if TYPE_CHECKING:
    from lakesmith.spec.model import Project


def open_ledger(
    spark: SparkSession,
    project: Project,
    run_id: str,
    repairing: Collection[str] = (),
    *,
    create: bool = True,
) -> Ledger:
    """Return the ledger as it stands, with what was adopted staged.

    Parameters
    ----------
    spark : SparkSession
    project : Project
    run_id : str
    repairing : collection of str
        Tables that may be missing or have lost commits, since what follows fixes that.
    create : bool
        Create the schemas of the catalog that are missing; without them the ledger is empty.

    Raises
    ------
    LedgerError
        LS62x when a log is broken; LS602, LS603, LS613, LS614 when ledger and tables contradict
        each other.
    """
    check_tails(project)
    if create:
        create_schemas(spark, project)
    ledger = read_ledger(spark, project_table(project, "ops.ledger"), run_id)
    for table in Adoption(spark, project, ledger, repairing).run():
        logging.getLogger("lakesmith").warning(
            "the ledger did not know all of %s: read from the table's log", table
        )
    return ledger

"""Open the ledger of a warehouse: read it, and adopt what the tables hold and it does not know."""

from __future__ import annotations

import logging
from collections.abc import Collection

from pyspark.sql import SparkSession

from lakesmith.runs.adopt import Adoption
from lakesmith.runs.ledger import Ledger, read_ledger
from lakesmith.runs.recording import RunFacts
from lakesmith.tables.create import create_schemas
from lakesmith.tables.tail import check_tails


def open_ledger(facts: RunFacts, spark: SparkSession, mending: Collection[str] = (), *, create: bool = True) -> Ledger:
    """Return the ledger as it stands, with what was adopted staged.

    Parameters
    ----------
    facts : RunFacts
    spark : SparkSession
    mending : collection of str
        Tables that may be gone or have lost commits, since what follows mends that.
    create : bool
        Create the schemas of the catalog that are missing; without them the ledger is empty.

    Raises
    ------
    LedgerError
        LS62x when a log is broken; LS602, LS603, LS613, LS614 when ledger and tables contradict each other.
    """
    check_tails(facts.project)
    if create:
        create_schemas(spark, facts.project)
    ledger = read_ledger(spark, facts.ref("ops.ledger"), facts.run_id)
    for table in Adoption(spark, facts.project, ledger, mending).run():
        logging.getLogger("lakesmith").warning("the ledger did not know all of %s: read from the table's log", table)
    return ledger

"""Read a version of a table in any session."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from lakesmith.session.batch import batch_session, ending

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

TOO_OLD = "BEYOND_DELETED_FILE_RETENTION_DURATION"


def read_version(spark: SparkSession, table: TableRef, version: int) -> DataFrame:
    """Read a table at a version, also beyond the retention while its files exist.

    Notes
    -----
    Delta refuses such a version by a setting of the session. That is not changed in a session of
    the user. A new session reads the version then, and passes it on by a global view, so that the
    rows belong to `spark`.

    Returns
    -------
    DataFrame
        *Columns*: those of the table at that version, hidden ones included.
    """
    try:
        rows = table.load(spark, versionAsOf=version)
        _ = rows.schema  # over Spark Connect nothing is looked up before
    except PySparkException as error:
        if TOO_OLD not in str(error):
            raise
        return _handed_over(spark, table, version)
    return rows


def _handed_over(spark: SparkSession, table: TableRef, version: int) -> DataFrame:
    # Over Spark Connect the view is looked up with each use. Its name makes it one view a version,
    # however often asked.
    digest = sha256(f"{table.location}@{version}".encode()).hexdigest()
    view = f"lakesmith_{digest[:16]}"
    with ending(batch_session(spark)) as session:
        rows = table.load(session, versionAsOf=version)
        rows.createOrReplaceGlobalTempView(view)
    database = spark.conf.get("spark.sql.globalTempDatabase")
    return spark.table(f"{database}.{view}")

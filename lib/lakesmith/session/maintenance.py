"""Open a session for the maintenance of one table."""

from __future__ import annotations

from pyspark.sql import SparkSession

from lakesmith.session.batch import batch_session, describe_jobs, ended_by_an_error

# OPTIMIZE compacts files smaller than the first size into files of the second size.
SMALL = "spark.databricks.delta.optimize.minFileSize"
TARGET = "spark.databricks.delta.optimize.maxFileSize"
METADATA = "spark.databricks.delta.commitInfo.userMetadata"
# VACUUM lists directories by this many tasks. The default of 10 000 costs a minute of CPU.
LISTING = "spark.sql.sources.parallelPartitionDiscovery.parallelism"
LOCAL_LISTERS = 4


def maintenance_session(
    spark: SparkSession,
    name: str,
    sizes: tuple[int, int],
    metadata: str,
    is_local: bool,
) -> SparkSession:
    """Return a session whose maintenance commits carry `metadata`, for files of these sizes."""
    settings = {SMALL: str(sizes[0]), TARGET: str(sizes[1]), METADATA: metadata}
    if is_local:
        settings[LISTING] = str(LOCAL_LISTERS)
    session = batch_session(spark)
    with ended_by_an_error(session):
        for key, value in settings.items():
            session.conf.set(key, value)
        describe_jobs(session, f"maintain {name}")
    return session

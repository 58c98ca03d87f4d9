"""Open a Spark session for each batch, and name its jobs."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession

from lakesmith.session.runtime_kind import client_of, is_connect

BATCH_CONFS = (
    "spark.sql.shuffle.partitions",
    "spark.databricks.delta.snapshotPartitions",
)
# Text without an offset is UTC. INT96, Spark's default for timestamps, is an error or another
# timestamp to other readers beyond the years 1677 to 2262. Days before 1582 are proleptic.
FIXED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    # Delta's change feed passes through Java's values. Without it they are those of java.sql, whose
    # calendar has no days from 1582-10-05 to 1582-10-14 and fails on far timestamps.
    "spark.sql.datetime.java8API.enabled": "true",
    # Without it, a join that finds one side empty skips the other, and too few rows are observed.
    "spark.sql.adaptive.enabled": "true",
    # What overflows or does not cast fails, instead of being another value or NULL.
    "spark.sql.ansi.enabled": "true",
    # `id` and `ID` are one column.
    "spark.sql.caseSensitive": "false",
    # The older parser reads the beginning of a text, and two digits as a year of the first century.
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    # A wall clock of Parquet is no instant.
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.parquet.binaryAsString": "false",
    "spark.sql.parquet.int96TimestampConversion": "false",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.jsonGenerator.ignoreNullFields": "true",
    # Constraints of wide rows with CASE in each column grow without bound, so planning did not end.
    "spark.sql.constraintPropagation.enabled": "false",
}
# Compiling each expression costs more than a batch of few rows.
SMALL_BATCH = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
# A reader skips whole pages only. Parquet's default page has 20 000 rows. With short pages a
# few keys cost a few rows.
PAGES = ("parquet.page.row.count.limit", "2000")
# Delta lists all files of a small table in the checksum of each commit, which can cost a job. Only
# its next checksum reads the list.
NO_FILES_IN_CHECKSUM = ("spark.databricks.delta.allFilesInCrc.enabled", "false")
# Literals that are written for a key or a value have escapes. Setting it warns that it is old.
OLD_LITERALS = "spark.sql.parser.escapedStringLiterals"
# With either of these on, Spark silently leaves rows out.
NEVER = ("spark.sql.files.ignoreCorruptFiles", "spark.sql.files.ignoreMissingFiles")
# With it on, Delta refuses a version beyond the retention, even where its files exist.
YOUNG_ONLY = (
    "spark.databricks.delta.vacuum.enforceTimeTravelWithinDeletedFileRetentionDuration"
)


def describe_jobs(session: SparkSession, text: str) -> None:
    """Name the jobs that this thread starts, as Spark's own pages and event log show them."""
    if is_connect(session):
        session.addTag(text.replace(",", " "))
    else:
        session.sparkContext.setJobDescription(text)


def batch_session(spark: SparkSession, is_small: bool = False) -> SparkSession:
    """Return a session for one batch with the context and settings of `spark`.

    Parameters
    ----------
    spark : SparkSession
    is_small : bool
        Whether the batch has so few rows that its expressions are not compiled.

    Notes
    -----
    Over Spark Connect it is a clone with all settings; `end_session` gives it back to the server.
    """
    session = _clone(spark) if is_connect(spark) else _beside(spark)
    with ended_by_an_error(session):
        _configure(session, SMALL_BATCH if is_small else {})
    return session


@contextmanager
def ending(session: SparkSession) -> Iterator[SparkSession]:
    """Give the session of one batch to the code within, and end it also when that code raises.

    Parameters
    ----------
    session : SparkSession
        As `batch_session` returned it.
    """
    with ended_by_an_error(session):
        yield session
    end_session(session)


@contextmanager
def ended_by_an_error(session: SparkSession) -> Iterator[None]:
    """End a session when the code within raises, and leave it open else."""
    try:
        yield
    except BaseException:
        _end_after_an_error(session)
        raise


def _end_after_an_error(session: SparkSession) -> None:
    """End a session after an error. Where that fails too, the first error is raised."""
    try:
        end_session(session)
    except Exception as second:
        logging.getLogger("lakesmith").warning(
            "a session could not be ended: %s", type(second).__name__
        )


def _configure(session: SparkSession, more: Mapping[str, str]) -> None:
    for key in (*NEVER, YOUNG_ONLY):
        session.conf.set(key, "false")
    session.conf.set(*PAGES)
    session.conf.set(*NO_FILES_IN_CHECKSUM)
    for key, value in {**FIXED, **more}.items():
        session.conf.set(key, value)
    if session.conf.get(OLD_LITERALS) == "true":
        session.conf.set(OLD_LITERALS, "false")


def _beside(spark: SparkSession) -> SparkSession:
    session = spark.newSession()
    for key in BATCH_CONFS:
        value = spark.conf.get(key, None)
        if value is not None:
            session.conf.set(key, value)
    return session


def _clone(spark: Any) -> SparkSession:
    spark.conf.get(
        "spark.sql.session.timeZone", None
    )  # the server knows a session from its first call on only
    session: SparkSession = spark.cloneSession()
    # pyspark hangs when it closes the channel of a clone at the end of Python, so close it here.
    weakref.finalize(session, client_of(session).close)
    return session


def end_session(session: SparkSession) -> None:
    """Release the session of a finished batch. A classic session needs no call."""
    if is_connect(session):
        client = client_of(session)
        try:
            client.release_session()
        finally:
            client.close()

"""Find the one file of a batch that cannot be read, after a batch failed."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import SparkSession

from lakesmith.sources.files import read_files
from lakesmith.spec.model import FilesSource


def find_unreadable(spark: SparkSession, source: FilesSource, paths: Sequence[str]) -> tuple[str, str] | None:
    """Return a file that cannot be read to its end, with the reason; None when all can.

    Parameters
    ----------
    spark : SparkSession
    source : FilesSource
    paths : sequence of str

    Notes
    -----
    Halves the files: one job when all can be read, else about twice the logarithm of their number.
    """
    reason = _failure(spark, source, paths)
    if not reason:
        return None
    if len(paths) == 1:
        return paths[0], reason
    middle = len(paths) // 2
    return find_unreadable(spark, source, paths[:middle]) or find_unreadable(spark, source, paths[middle:])


def _failure(spark: SparkSession, source: FilesSource, paths: Sequence[str]) -> str:
    try:
        read_files(spark, source, paths).write.format("noop").mode("overwrite").save()
    except Exception as error:  # whatever stops the reader is the reason, kept and reported
        return _root(error)
    return ""


def _root(error: Exception) -> str:
    """Return the innermost cause that Spark names."""
    causes = [line for line in str(error).splitlines() if line.startswith("Caused by: ")]
    return (causes[-1].removeprefix("Caused by: ") if causes else str(error).partition("\n")[0])[:500]

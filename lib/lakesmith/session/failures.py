"""Distinguish a dead Spark session from a failed query, and format exceptions for users."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JError, Py4JNetworkError  # type: ignore[import-untyped]
from pyspark.sql import SparkSession

from lakesmith.errors import LakesmithError, SparkGone
from lakesmith.session.runtime_kind import is_connect

NO_ANSWER = "the JVM that could say more does not answer"
BROKEN = re.compile(
    "ExceptionInInitializerError|NoClassDefFoundError|NoSuchMethodError|OutOfMemoryError|"
    "Answer from Java side is empty|stopped SparkContext|"
    "SparkContext (was shut down|has been shutdown)|"
    f"{NO_ANSWER}"
)


def is_gone(error: BaseException) -> bool:
    """Return True for an error of a dead or broken Spark, False for one of a query.

    Examples
    --------
    >>> is_gone(ConnectionRefusedError(111, "Connection refused")), is_gone(ValueError("no number"))
    (True, False)
    """
    return isinstance(error, SparkGone | Py4JNetworkError | ConnectionError) or bool(
        BROKEN.search(text_of(error))
    )


def cause_of(error: Exception, spark: SparkSession) -> Exception:
    """Return SparkGone when Spark no longer answers, else `error`.

    A dead JVM shows in many ways, such as a type that cannot be parsed or a missing class. So it is
    asked by calls that start no job. Over Spark Connect the client reports it after minutes of
    retries.
    """
    # An error of ours may repeat such words, so there only silence counts.
    looks_dead = not isinstance(error, LakesmithError) and is_gone(error)
    if isinstance(error, SparkGone) or not (looks_dead or _is_silent(spark)):
        return error
    return SparkGone(
        f"Spark ended or broke meanwhile: {type(error).__name__}: {first_line(error)}",
        hint="see Spark's own log and run again: nothing is doubled",
    )


@contextmanager
def telling_gone(spark: SparkSession) -> Iterator[None]:
    """Raise SparkGone in place of whatever a Spark that died makes of the code within."""
    try:
        yield
    except Exception as error:
        cause = cause_of(error, spark)
        if cause is error:
            raise
        raise cause from error


def _is_silent(spark: SparkSession) -> bool:
    if is_connect(spark):
        return False
    try:
        spark.conf.get("spark.sql.session.timeZone", None)
        return _is_stopping(spark)
    except Exception:  # of a session that lives, this asks nothing that could fail
        return True


def _is_stopping(spark: SparkSession) -> bool:
    """Return whether the context is being stopped, such as when memory ran out.

    It still answers meanwhile, and fails in odd ways.
    """
    context = getattr(spark, "sparkContext", None)
    return context is not None and context._jsc.sc().isStopped() is True


def text_of(error: BaseException) -> str:
    """Return the text of an error, also of an error in a JVM that has ended."""
    try:
        return str(error)
    except (Py4JError, OSError):
        return NO_ANSWER


def first_line(error: Exception) -> str:
    r"""Return the first line of an exception and the innermost cause in the JVM.

    Examples
    --------
    >>> text = "An error occurred while calling o1.\n: it failed\n\tat x\nCaused by: disk full"
    >>> first_line(ValueError(text))
    'it failed (disk full)'
    """
    lines = text_of(error).strip().splitlines()
    messages = [
        line.removeprefix(": ")
        for line in lines
        if not line.startswith("An error occurred while calling ")
    ]
    causes = [
        line.removeprefix("Caused by: ")
        for line in lines
        if line.startswith("Caused by: ")
    ]
    first = "".join(messages[:1] or lines[:1])[:400]
    if causes and causes[-1] not in first:
        return f"{first} ({causes[-1][:300]})"
    return first

"""Gone: tell a Spark that died from an error of what it was asked, and say an error for a person."""

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
    "Answer from Java side is empty|stopped SparkContext|SparkContext (was shut down|has been shutdown)|"
    f"{NO_ANSWER}"
)


def is_gone(error: BaseException) -> bool:
    """Tell whether an error says that Spark itself is gone or broken, and nothing about what it was asked.

    Examples
    --------
    >>> is_gone(ConnectionRefusedError(111, "Connection refused")), is_gone(ValueError("no number"))
    (True, False)
    """
    return isinstance(error, SparkGone | Py4JNetworkError | ConnectionError) or bool(
        BROKEN.search(text_of(error))
    )


def cause_of(error: Exception, spark: SparkSession) -> Exception:
    """Return the error that counts: SparkGone when Spark no longer answers, whatever was said meanwhile, else `error`.

    A JVM that dies is told in many ways: a type that cannot be parsed, a class that does not exist. So it is asked,
    by one call that starts no job; over Spark Connect the client says it plainly, after minutes of asking again.
    """
    # An error of ours that repeats such words, of a step that lacks a class say, names its place: only silence counts.
    told = not isinstance(error, LakesmithError) and is_gone(error)
    if isinstance(error, SparkGone) or not (told or _is_silent(spark)):
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
    except Exception:  # of a session that lives, this asks nothing that could fail
        return True
    return False


def text_of(error: BaseException) -> str:
    """Return what an error says, also when it is one of a JVM that is gone: its own words would be asked there."""
    try:
        return str(error)
    except (Py4JError, OSError):
        return NO_ANSWER


def first_line(error: Exception) -> str:
    r"""Return what a person reads of an exception: its first line and, behind it, the innermost cause in the JVM.

    Examples
    --------
    >>> first_line(ValueError("An error occurred while calling o1.\n: it failed\n\tat x\nCaused by: disk full"))
    'it failed (disk full)'
    """
    lines = text_of(error).strip().splitlines()
    told = [
        line.removeprefix(": ")
        for line in lines
        if not line.startswith("An error occurred while calling ")
    ]
    causes = [
        line.removeprefix("Caused by: ")
        for line in lines
        if line.startswith("Caused by: ")
    ]
    first = "".join(told[:1] or lines[:1])[:400]
    return (
        f"{first} ({causes[-1][:300]})" if causes and causes[-1] not in first else first
    )

"""Find the one file of a batch that cannot be read, after a batch failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import SparkGone
from lakesmith.session.failures import cause_of, first_line
from lakesmith.sources.files.listing import NOT_NOW, UNREADABLE
from lakesmith.sources.files.new_files import is_passing, read_files

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource

PASSING = re.compile(
    r"FileNotFoundException|NoSuchFileException|AccessControlException|AccessDeniedException"
    r"|SocketException|SocketTimeoutException|ConnectException|Permission denied|Input/output error"
)

# What a parser on an executor says, at the end of its traceback.
PARSER = re.compile(r"^[\w.]+\.UnreadableError: (.+)$", re.MULTILINE)
CAUSED_BY = "Caused by: "
# Characters of a reason, which may name a whole line of the file.
_LONGEST = 500
NO_READER = "Spark cannot read a type or encoding of this file, such as a decimal as a byte array"


def find_unreadable(
    spark: SparkSession, source: FilesSource, paths: Sequence[str]
) -> tuple[str, str] | None:
    """Return a file that cannot be read to its end, with the reason, or None when all can.

    Parameters
    ----------
    spark : SparkSession
    source : FilesSource
    paths : sequence of str

    Raises
    ------
    SparkGone
        LS804 when it is Spark that is dead or broken, and no file.

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
    first_half = find_unreadable(spark, source, paths[:middle])
    return first_half or find_unreadable(spark, source, paths[middle:])


def _failure(spark: SparkSession, source: FilesSource, paths: Sequence[str]) -> str:
    try:
        read_files(spark, source, paths).write.format("noop").mode("overwrite").save()
    except (
        Exception
    ) as error:  # whatever stops the reader is the reason, kept and reported
        cause = cause_of(error, spark)
        if isinstance(cause, SparkGone):
            raise cause from error
        return _root(error)
    return ""


def _root(error: Exception) -> str:
    """Return the innermost cause that Spark names, and whether it is the file or the way to it."""
    text = str(error)
    parser = PARSER.search(text)
    if parser:
        return f"{UNREADABLE}{parser[1][:_LONGEST]}"
    causes = [line for line in text.splitlines() if line.startswith(CAUSED_BY)]
    cause = causes[-1].removeprefix(CAUSED_BY) if causes else first_line(error)
    shown = cause[:_LONGEST]
    if shown.startswith("java.lang.NullPointerException"):
        shown = f"{NO_READER} ({shown})"
    if is_passing(error) or PASSING.search(shown):
        return f"{NOT_NOW}{shown}"
    return f"{UNREADABLE}{shown}"

"""Choose the files of a batch, find those that cannot be read, and read the others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.errors import InputError, SparkGone
from lakesmith.paths import local_path
from lakesmith.session.failures import cause_of
from lakesmith.sources.files.codecs import codec_problem
from lakesmith.sources.files.formats import format_of
from lakesmith.sources.files.listing import NOT_NOW, UNREADABLE, FileEntry, as_utf8
from lakesmith.sources.files.packed import packed_problem

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource


@dataclass(frozen=True)
class NewFiles:
    """The files of the next batch, the files to park with their reasons, and whether more wait."""

    files: tuple[FileEntry, ...] = ()
    parked: tuple[tuple[FileEntry, str], ...] = ()
    more: bool = False


def next_files(
    spark: SparkSession,
    source: FilesSource,
    fresh: Sequence[FileEntry],
    where: str = "",
) -> NewFiles:
    """Choose the files of the next batch from those that are new.

    Parameters
    ----------
    spark : SparkSession
    source : FilesSource
    fresh : sequence of FileEntry
    where : str, optional
        Key path for the error.

    Returns
    -------
    NewFiles

    Raises
    ------
    InputError
        LS204 a bad file and ``on_bad_input: fail``.
    """
    batch = bounded(spark, fresh, source)
    files: list[FileEntry] = []
    parked: list[tuple[FileEntry, str]] = []
    for file in batch:
        reason = reason_to_park(spark, source, file.path)
        if reason:
            parked.append((file, reason))
        else:
            files.append(file)
    if parked and source.on_bad_input == "fail":
        raise _refusal(parked, where)
    more = len(batch) < len(fresh)
    return NewFiles(tuple(files), tuple(parked), more)


def bounded(
    spark: SparkSession, files: Sequence[FileEntry], source: FilesSource
) -> tuple[FileEntry, ...]:
    """Return the files of the next batch within ``max_files`` and about ``max_rows``, at least one.

    Rows are estimated from the size of a file and the length of the first lines in it.

    Examples
    --------
    >>> from lakesmith.spec.model import FilesSource
    >>> csv = {"format": "csv", "path": "in", "columns": ("id",)}
    >>> source = FilesSource(**csv, batch={"max_files": 1})
    >>> files = [FileEntry("in/a.csv", 5, 1700), FileEntry("in/b.csv", 5, 1700)]
    >>> [file.path for file in bounded(spark, files, source)]
    ['in/a.csv']
    """
    limits = source.batch
    most = limits.max_rows
    first = tuple(files[: limits.max_files])
    if most is None:
        return first
    totals = accumulate(estimated_rows(spark, source, file) for file in first)
    within = sum(total <= most for total in totals)
    return first[: max(within, 1)]


def estimated_rows(spark: SparkSession, source: FilesSource, file: FileEntry) -> int:
    """Estimate the rows of a file from its footer (Parquet) or its first lines.

    A file that cannot be read has 0.
    """
    try:
        return format_of(source).estimated_rows(spark, source, file)
    except Exception:  # the file is parked with this reason when it is inspected
        return 0


def _refusal(parked: Sequence[tuple[FileEntry, str]], where: str) -> InputError:
    file, reason = parked[0]
    return InputError(
        f"{len(parked)} file(s) cannot be read, such as {file.path!r}: {reason}",
        code="LS204",
        where=where,
        hint="fix the file, or set `on_bad_input: park` to leave such files out",
    )


def reason_to_park(spark: SparkSession, source: FilesSource, path: str) -> str:
    """Return why a file cannot be read as declared, or an empty text when it can.

    Examples
    --------
    >>> from lakesmith.spec.model import FilesSource
    >>> source = FilesSource(format="csv", path="in", columns=("id",))
    >>> reason_to_park(spark, source, "in/a:b.csv")
    "the file's name has a colon, which Spark does not read: rename it"
    """
    if local_path(path) and ":" in os.path.basename(path):
        return "the file's name has a colon, which Spark does not read: rename it"
    if _is_no_utf8(path):
        return "the file's name is no UTF-8: rename it"
    unproven = codec_problem(path, source.format)
    if unproven:
        return unproven
    try:
        reason = format_of(source).reason_to_park(spark, source, path)
        return reason or _packed_problem(source, path)
    except (
        Exception
    ) as error:  # any failure to open or decode is the reason, kept and reported
        cause = error if isinstance(error, OSError) else cause_of(error, spark)
        if isinstance(cause, SparkGone):  # no file is to blame for a Spark that died
            raise cause from error
        return f"{NOT_NOW if is_passing(error) else UNREADABLE}{type(error).__name__}: {error}"


def _packed_problem(source: FilesSource, path: str) -> str:
    """Return why a text file cannot be unpacked. Parquet packs its own pages."""
    return "" if format_of(source).packs_itself else packed_problem(path)


def _is_no_utf8(path: str) -> bool:
    """Return whether a name is no UTF-8, also as the listing writes it out."""
    is_written_out = "\\x" in path and not os.path.lexists(path)
    is_local = local_path(path) is not None
    return is_local and (is_written_out or as_utf8(path) != path)


def is_passing(error: Exception) -> bool:
    """Return whether an error comes from the way to a file, and not from its bytes.

    The system numbers its own errors, a decoder does not.

    Examples
    --------
    >>> is_passing(PermissionError(13, "denied")), is_passing(ValueError("no UTF-8"))
    (True, False)
    """
    return isinstance(error, OSError) and error.errno is not None


def read_files(
    spark: SparkSession, source: FilesSource, paths: Iterable[str]
) -> DataFrame:
    """Read the files of a batch as text columns.

    Returns
    -------
    DataFrame
        *Columns*: adds the declared columns STRING, ``_rescued`` STRING (NULL when nothing was
        rescued) and ``_source_file`` STRING.
    """
    rows = format_of(source).read(spark, source, list(paths))
    return _with_nulls(rows, source)


def _with_nulls(rows: DataFrame, source: FilesSource) -> DataFrame:
    """Return rows with NULL for the texts that stand for it."""
    if not source.null_values:
        return rows
    values = {name: _or_null(name, source.null_values) for name in source.columns}
    return rows.withColumns(values)


def _or_null(name: str, null_values: Sequence[str]) -> Column:
    text = named(name)
    return F.when(~text.isin(*null_values), text)

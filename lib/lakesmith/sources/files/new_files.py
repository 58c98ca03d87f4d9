"""Choose the files of a batch, find those that cannot be read, and read the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import InputError, SparkGone
from lakesmith.paths import local_path
from lakesmith.session.failures import cause_of
from lakesmith.sources.files.codecs import codec_problem
from lakesmith.sources.files.csv_files import read_csv
from lakesmith.sources.files.encodings import codec_of
from lakesmith.sources.files.heads import (
    csv_head,
    has_unclosed_quote,
    header_problem,
    json_head,
    read_head,
)
from lakesmith.sources.files.json_files import read_json
from lakesmith.sources.files.listing import NOT_NOW, UNREADABLE, FileEntry, as_utf8
from lakesmith.sources.files.parquet.files import (
    footer_fields,
    hole_of,
    parquet_fields,
    parquet_rows,
    read_parquet,
)
from lakesmith.sources.files.parquet.footers import footer_of
from lakesmith.sources.files.parquet.types import name_problem, type_problem

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
        if source.format == "parquet":
            return parquet_rows(spark, file.path)
        head = read_head(spark, file.path)
    except Exception:  # the file is parked with this reason when it is inspected
        return 0
    return file.size * head.count(b"\n") // max(len(head), 1)


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
        return _inspectors()[source.format](spark, source, path)
    except (
        Exception
    ) as error:  # any failure to open or decode is the reason, kept and reported
        cause = error if isinstance(error, OSError) else cause_of(error, spark)
        if isinstance(cause, SparkGone):  # no file is to blame for a Spark that died
            raise cause from error
        return f"{NOT_NOW if is_passing(error) else UNREADABLE}{type(error).__name__}: {error}"


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


def _inspectors() -> dict[str, Callable[[SparkSession, FilesSource, str], str]]:
    return {
        "csv": _inspect_csv,
        "json": lambda spark, source, path: json_head(read_head(spark, path)),
        "parquet": _inspect_parquet,
    }


def _inspect_csv(spark: SparkSession, source: FilesSource, path: str) -> str:
    data = read_head(spark, path)
    reason = csv_head(data, source).reason
    codec = codec_of(data, source.encoding)
    if not reason and source.multiline and has_unclosed_quote(path, codec):
        return (
            "a quote is never closed (the file has an odd number of quotes): double each quote"
            " inside a field"
        )
    return reason


def _inspect_parquet(spark: SparkSession, source: FilesSource, path: str) -> str:
    footer = footer_of(path)
    fields = footer_fields(footer) if footer else parquet_fields(spark, path)
    names = tuple(fields)
    problem = name_problem(names) or header_problem(names, source)
    if footer is None:
        return problem
    return type_problem(footer) or problem or hole_of(footer)


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
    names = list(paths)
    if source.format == "csv":
        return read_csv(
            spark,
            source,
            {path: csv_head(read_head(spark, path), source) for path in names},
        )
    if source.format == "json":
        return read_json(spark, source, names)
    return read_parquet(
        spark, source, {path: parquet_fields(spark, path) for path in names}
    )

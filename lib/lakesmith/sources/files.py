"""A directory of files as a source: what is new, what must be parked, and the frame of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import InputError
from lakesmith.sources.csv_files import read_csv
from lakesmith.sources.heads import csv_head, header_problem, json_head, read_head
from lakesmith.sources.json_files import read_json
from lakesmith.sources.listing import FileEntry, apply_policy, compare, list_files
from lakesmith.sources.parquet_files import parquet_names, read_parquet
from lakesmith.spec.model import FilesSource


@dataclass(frozen=True)
class NewFiles:
    """The files of the next batch, the files to park with their reasons, and whether more wait."""

    files: tuple[FileEntry, ...] = ()
    parked: tuple[tuple[FileEntry, str], ...] = ()
    more: bool = False


def whats_new(
    spark: SparkSession, source: FilesSource, seen: Mapping[str, tuple[int, int]], where: str = ""
) -> NewFiles:
    """Answer what is new since the files seen before.

    Raises
    ------
    InputError
        LS201 no such directory; LS203 a file changed; LS204 a bad file and ``on_bad_input: fail``.
    """
    fresh = apply_policy(compare(list_files(spark, source, where), seen), source, where)
    batch = _bounded(fresh, source)
    reasons = {file: reason_to_park(spark, source, file.path) for file in batch}
    parked = tuple((file, reason) for file, reason in reasons.items() if reason)
    if parked and source.on_bad_input == "fail":
        raise _refusal(parked, where)
    good = tuple(file for file, reason in reasons.items() if not reason)
    return NewFiles(good, parked, more=len(batch) < len(fresh))


def _bounded(files: Sequence[FileEntry], source: FilesSource) -> tuple[FileEntry, ...]:
    return tuple(files[: source.batch.max_files]) if source.batch.max_files else tuple(files)


def _refusal(parked: Sequence[tuple[FileEntry, str]], where: str) -> InputError:
    file, reason = parked[0]
    return InputError(
        f"{len(parked)} file(s) cannot be read, such as {file.path!r}: {reason}",
        code="LS204",
        where=where,
        hint="mend the file, or set `on_bad_input: park` to set such files aside",
    )


def reason_to_park(spark: SparkSession, source: FilesSource, path: str) -> str:
    """Say why a file cannot be read as declared; empty when it can."""
    try:
        return _inspectors()[source.format](spark, source, path)
    except Exception as error:  # any failure to open or decode is the reason, kept and reported
        return f"the file cannot be read: {type(error).__name__}: {error}"


def _inspectors() -> dict[str, Callable[[SparkSession, FilesSource, str], str]]:
    return {
        "csv": lambda spark, source, path: csv_head(read_head(spark, path), source).reason,
        "json": lambda spark, source, path: json_head(read_head(spark, path)),
        "parquet": lambda spark, source, path: header_problem(parquet_names(spark, path), source),
    }


def read_files(spark: SparkSession, source: FilesSource, paths: Iterable[str]) -> DataFrame:
    """Read the files of a batch as text columns.

    Returns
    -------
    DataFrame
        *Columns*: adds the declared columns STRING, ``_rescued`` STRING (NULL when nothing was rescued) and
        ``_source_file`` STRING.
    """
    names = list(paths)
    if source.format == "csv":
        return read_csv(spark, source, {path: csv_head(read_head(spark, path), source) for path in names})
    if source.format == "json":
        return read_json(spark, source, names)
    return read_parquet(spark, source, {path: parquet_names(spark, path) for path in names})

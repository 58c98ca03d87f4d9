"""Files that a rebuild must read again, since their rows are in the table that it takes the place of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger.state import TableState
from lakesmith.sources.files import NewFiles, reason_to_park
from lakesmith.sources.listing import FileEntry, list_files
from lakesmith.spec.model import FilesSource, Project

READERS = 8
SHOWN = 3
HINT = (
    "land the file(s) again as they were; a column that older files lack goes into `optional_columns` of the source,"
    " and `on_changed_file: reload` takes changed files as they are now"
)


def files_to_read(
    spark: SparkSession, project: Project, state: TableState, name: str
) -> tuple[str, ...]:
    """Return the files that a rebuild of a table must read, by the names under which they are listed today.

    Returns
    -------
    tuple of str
        Empty for a table that is built from another one.

    Raises
    ------
    LedgerError
        LS609 when a file whose rows the table holds is gone, has changed, or cannot be read by the spec of today.

    Notes
    -----
    Opens the head or the footer of each file; no Spark job for local files.
    """
    origin, source_name = project.table(name).from_.split(".", 1)
    if origin != "sources":
        return ()
    source = project.sources[source_name]
    by_name = _by_name(list_files(spark, source, f"sources.{source_name}.path"))
    held = {path: seen for path, seen in state.seen.items() if path not in state.parked}
    needed = sorted({*held, *state.must_read})
    with ThreadPoolExecutor(READERS) as pool:
        reasons = pool.map(
            lambda path: _problem(spark, source, by_name.get(path), held.get(path)),
            needed,
        )
    require_none(
        name,
        {path: reason for path, reason in zip(needed, reasons, strict=True) if reason},
    )
    return tuple(dict.fromkeys(by_name[path].path for path in needed))


def _by_name(files: Iterable[FileEntry]) -> dict[str, FileEntry]:
    """Return each file by each of its names."""
    return {name: file for file in files for name in (file.path, *file.aliases)}


def _problem(
    spark: SparkSession,
    source: FilesSource,
    file: FileEntry | None,
    seen: tuple[int, int] | None,
) -> str:
    """Say why a rebuild would not get the rows of a file; empty when it would."""
    if file is None:
        return "the file is gone, or the source no longer lists it"
    is_same = seen is None or seen == (file.size, file.mtime)
    if not is_same and source.on_changed_file != "reload":
        return (
            reason_to_park(spark, source, file.path)
            or "the file changed after it was read"
        )
    return reason_to_park(spark, source, file.path)


def require_none(name: str, reasons: Mapping[str, str]) -> None:
    """Refuse a rebuild that would not get the rows of these files.

    Raises
    ------
    LedgerError
        LS609 with the first files and their reasons.
    """
    if not reasons:
        return
    shown = [f"{path!r} ({reason})" for path, reason in sorted(reasons.items())[:SHOWN]]
    raise LedgerError(
        f"{len(reasons)} file(s) that {name} holds are gone, changed or not readable by its source,"
        f" such as {', '.join(shown)}: a rebuild would lose their rows",
        code="LS609",
        where=name,
        hint=HINT,
    )


def require_planned(name: str, state: TableState, found: NewFiles) -> None:
    """Refuse a batch of an unfinished rebuild that would park a file which the rebuild must read, or miss it.

    Raises
    ------
    LedgerError
        LS609, nothing is parked.
    """
    if not state.must_read:
        return
    parked = {
        path: reason
        for file, reason in found.parked
        for path in state.must_read & _names(file)
    }
    require_none(name, parked)
    planned = {path for file in found.files for path in _names(file)}
    if not found.more:
        require_none(
            name,
            dict.fromkeys(
                state.must_read - planned,
                "the file is gone, or the source no longer lists it",
            ),
        )


def _names(file: FileEntry) -> set[str]:
    return {file.path, *file.aliases}

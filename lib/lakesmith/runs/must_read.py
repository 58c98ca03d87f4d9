"""Files whose rows a table holds must be readable by the spec of today before and while it is rebuilt."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.runs.state import TableState
from lakesmith.sources.files import reason_to_park
from lakesmith.sources.listing import FileEntry, list_files
from lakesmith.spec.model import FilesSource

LOOKS_AT_ONCE = 8
SHOWN = 3


def files_to_read(state: TableState) -> list[str]:
    """Return the files whose rows a table holds, or held before a rebuild that is not finished."""
    held = {path for path in state.seen if path not in state.parked}
    return sorted(held | state.must_read)


def require_files(spark: SparkSession, name: str, source: FilesSource, where: str, state: TableState) -> None:
    """Raise LS609 unless each file that a table holds is there, unchanged and readable as declared today.

    Notes
    -----
    The first bytes of each file are read, eight files at once; no Spark job for local files.
    """
    listed: dict[str, FileEntry] = {}
    for entry in list_files(spark, source, where):
        listed |= {path: entry for path in (entry.path, *entry.aliases)}
    paths = files_to_read(state)
    reasons = {path: _why_not_listed(path, listed, source, state) for path in paths}
    there = [path for path in paths if not reasons[path]]
    with ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
        looks = pool.map(lambda path: reason_to_park(spark, source, listed[path].path), there)
    reasons |= dict(zip(there, looks, strict=True))
    require_readable(name, paths, {path: reason for path, reason in reasons.items() if reason})


def require_readable(name: str, must_read: Collection[str], reasons: Mapping[str, str]) -> None:
    """Raise LS609 where files that must be read cannot be."""
    lost = [(path, reason) for path, reason in sorted(reasons.items()) if path in must_read]
    if lost:
        raise LedgerError(
            f"a rebuild of {name} would lose the rows of {len(lost)} file(s): {_shown(lost)}",
            code="LS609",
            where=name,
            hint="put the files back as they were, name absent columns in the source's `optional_columns`,"
            " or leave this table as it is and rebuild those downstream of it by --select",
        )


def _why_not_listed(path: str, listed: Mapping[str, FileEntry], source: FilesSource, state: TableState) -> str:
    entry = listed.get(path)
    if entry is None:
        return "it is gone, or the source does not list it any more"
    seen = state.seen.get(path)
    if seen is not None and seen != (entry.size, entry.mtime) and source.on_changed_file != "reload":
        return "it changed after it was read"
    return ""


def _shown(lost: Sequence[tuple[str, str]]) -> str:
    texts = [f"{path!r} ({reason})" for path, reason in lost[:SHOWN]]
    more = len(lost) - len(texts)
    return "; ".join([*texts, *([f"and {more} more"] if more else [])])

"""Say what the log of a table says of its rows and commits, without reading a row."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from lakesmith.columns import DELETED, HIDDEN
from lakesmith.errors import InputError
from lakesmith.observe.from_log.extremes import greatest_of, least_of, value_text
from lakesmith.observe.from_log.row_values import null_rows
from lakesmith.quality.profile import secret_columns
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.statistics.read import table_statistics
from lakesmith.types import TIMESTAMPS

if TYPE_CHECKING:
    from lakesmith.tables.delta_log.history import Commit
    from lakesmith.tables.readable import ReadableTables
    from lakesmith.tables.ref import TableRef
    from lakesmith.tables.statistics.model import Field, TableStatistics
    from lakesmith.tables.statistics.values import Interval

_COMMITS = 5
# An instant is known to a millisecond before and after.
_MILLISECOND = 2000
_DURATIONS = ("executionTimeMs", "execution_time_ms")


def table_facts(
    tables: ReadableTables, name: str, now: datetime | None = None
) -> dict[str, Any]:
    """Return what the log of a table on a local path says.

    Parameters
    ----------
    tables : ReadableTables
    name : str
        ``layer.table``, as published, or the path of a Delta table.
    now : datetime, optional
        For the age of the newest commit; the present time when left out.

    Returns
    -------
    dict
        ``version``, ``rows``, ``files``, ``bytes``, ``newest_commit``, ``age_seconds``, ``columns``
        (nulls, least and greatest value, and whether these are exact) and the last ``commits`` up
        to the version. What is not known is None, and so are the ends of columns with a
        `sensitivity`. ``rows`` and ``nulls`` count tombstones where ``has_tombstones`` says so.

    Raises
    ------
    InputError
        LS207 when there is no such table, LS218 when its log cannot be read without Spark.
    """
    table = tables.ref(name)
    found = _statistics(tables, name, table)
    commits = _commits(table, found.version)
    newest = commits[0]["timestamp"] if commits else None
    age = (now or datetime.now(timezone.utc)) - newest if newest else None
    names = {field.name for field in found.fields}
    return {
        "table": name,
        "version": found.version,
        "rows": found.rows,
        "has_tombstones": DELETED in names,
        "files": len(found.files),
        "bytes": sum(file.size for file in found.files),
        "newest_commit": newest,
        "age_seconds": age.total_seconds() if age else None,
        "columns": [*_columns(found, secret_columns(tables.columns(name)))],
        "commits": commits,
    }


def _statistics(tables: ReadableTables, name: str, table: TableRef) -> TableStatistics:
    if table.local is not None and not tables.is_local(name):
        hint = "name a table of the project, or a directory with a Delta table"
        raise InputError(f"there is no table '{name}'", code="LS207", hint=hint)
    version = tables.version(name) if table.local else None
    found = table_statistics(table.local, version) if table.local else None
    if found is None:
        raise InputError(
            f"the log of {name} cannot be read without Spark",
            code="LS218",
            where=table.location,
            hint="`lakesmith check` reads the rows",
        )
    return found


def _columns(
    found: TableStatistics, secret: Collection[str]
) -> Iterator[dict[str, Any]]:
    hidden = dict.fromkeys(("least", "greatest", "is_exact"))
    for field in found.fields:
        if field.name not in HIDDEN:
            column = _column(found, field)
            yield {**column, **hidden} if field.name in secret else column


def _column(found: TableStatistics, field: Field) -> dict[str, Any]:
    columns = [file.column(field) for file in found.files]
    least = least_of(columns)
    greatest = greatest_of(columns)
    ends = [end for end in (least, greatest) if end is not None]
    return {
        "column": field.name,
        "type": field.kind,
        "nulls": null_rows(columns),
        "least": _shown(least, 0, field.kind),
        "greatest": _shown(greatest, 1, field.kind),
        "is_exact": all(low == high for low, high in ends) if ends else None,
    }


def _shown(interval: Interval | None, end: int, kind: str) -> str | None:
    """Return the outer end as text; an instant as the log has it."""
    if interval is None:
        return None
    low, high = interval
    is_cut = kind in TIMESTAMPS and high - low < _MILLISECOND
    value = (low + high) // 2 if is_cut else interval[end]
    return value_text(value, kind)


def _commits(table: TableRef, version: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for commit in newest_commits(None, table):
        if commit.version <= version:
            found.append(_commit(commit))
    return found[:_COMMITS]


def _commit(commit: Commit) -> dict[str, Any]:
    durations = [commit.metrics[key] for key in _DURATIONS if key in commit.metrics]
    moment = datetime.fromtimestamp(commit.timestamp / 1000, timezone.utc)
    return {
        "version": commit.version,
        "timestamp": moment,
        "operation": commit.operation,
        "rows": commit.max_rows,
        "seconds": durations[0] / 1000 if durations else None,
    }

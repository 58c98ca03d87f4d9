"""Define the verb ``facts``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from lakesmith.cli.answer import answering
from lakesmith.cli.options import (
    CONF,
    LOCAL,
    TEXT,
    Conf,
    Env,
    Form,
    Sets,
    Table,
    open_lake,
)
from lakesmith.cli.table import aligned, cell

_COLUMNS = ("column", "type", "nulls", "least", "greatest")
_COMMITS = ("version", "timestamp", "operation", "rows", "seconds")


def facts(
    table: Table,
    *,
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Show what the log of a table says of its rows and commits, without reading a row."""
    with answering(form) as answer:
        answer(open_lake(conf, env, sets).facts(table), facts_text)


def facts_text(found: Mapping[str, Any]) -> str:
    """Return the facts of a table.

    Examples
    --------
    >>> from datetime import datetime
    >>> column = {"column": "id", "type": "int", "nulls": None, "least": "1", "greatest": "9"}
    >>> print(facts_text({"table": "a", "version": 3, "rows": 5, "has_tombstones": False,
    ...     "files": 1, "bytes": 700, "newest_commit": datetime(2026, 1, 1), "age_seconds": 61.5,
    ...     "columns": [{**column, "is_exact": False}], "commits": []}))
    a, version 3: 5 rows in 1 file(s), 700 bytes
    newest commit 2026-01-01 00:00:00, 0:01:01 ago
    column  type  nulls  least    greatest
    id      int          about 1  about 9
    commits:
    version  timestamp  operation  rows  seconds
    """
    columns = [_near(column) for column in found["columns"]]
    return "\n".join(
        [
            _head(found),
            _age(found),
            aligned(columns, _COLUMNS),
            "commits:",
            aligned(found["commits"], _COMMITS),
        ]
    )


def _head(found: Mapping[str, Any]) -> str:
    rows = "an unknown number of" if found["rows"] is None else found["rows"]
    tombstones = ", tombstones included," if found["has_tombstones"] else ""
    files = f"{found['files']} file(s), {found['bytes']} bytes"
    return f"{found['table']}, version {found['version']}: {rows} rows{tombstones} in {files}"


def _age(found: Mapping[str, Any]) -> str:
    if found["newest_commit"] is None:
        return "no commit is known"
    age = timedelta(seconds=int(found["age_seconds"]))
    moment = found["newest_commit"].replace(microsecond=0)
    return f"newest commit {cell(moment)}, {age} ago"


def _near(column: Mapping[str, Any]) -> dict[str, Any]:
    if column["is_exact"] is not False:
        return dict(column)
    ends = {key: f"about {column[key]}" for key in ("least", "greatest") if column[key]}
    return {**column, **ends}

"""Read a limit whose text is SQL: a literal is a value, all else a column or expression."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from lakesmith.check_imports.arguments import plain
from lakesmith.check_imports.bounds import number

_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")


def is_sql(limit: Any) -> bool:
    """Return whether a limit is a column or other SQL, as text without quotes is.

    Examples
    --------
    >>> is_sql("price * 2"), is_sql("'paid'"), is_sql("2024-01-31"), is_sql(5)
    (True, False, False, False)
    """
    if not isinstance(limit, str):
        return False
    is_text = _TEXT.fullmatch(limit) is not None
    is_value = limit.isdigit() or is_text or _is_time(limit)
    return not is_value


def value(limit: Any) -> Any:
    """Return a limit that is a value, as a spec has it.

    Examples
    --------
    >>> value("'paid'"), value("10"), value({"__decimal__": "1.50"}), value(None)
    ('paid', 10, '1.50', None)
    """
    if isinstance(limit, dict) and set(limit) == {"__decimal__"}:
        return str(number(limit["__decimal__"]))
    if isinstance(limit, str):
        found = _TEXT.fullmatch(limit)
        if found:
            return re.sub(r"\\(.)", r"\1", found.group(1))
        return int(limit) if limit.isdigit() else limit
    return None if limit is None else plain(limit)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True

"""Read plain values of YAML 1.2, where they are other ones than in YAML 1.1."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_NULL = re.compile(r"~|null|Null|NULL|")
_DECIMAL = re.compile(r"[-+]?[0-9][0-9_]*")
_ONE_SPELLING = re.compile(r"0|-?[1-9][0-9]*")
_OTHER_BASE = re.compile(r"[-+]?0(?:b[01_]+|o[0-7_]+|x[0-9a-fA-F_]+)")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+"
    r"|\.[0-9_]+(?:[eE][-+]?[0-9]+)?)"
)
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?")


_READERS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (_BOOLEAN, lambda text: text.lower() == "true"),
    (_NULL, lambda text: None),
    (_DECIMAL, lambda text: int(text.replace("_", ""))),
    (_OTHER_BASE, lambda text: int(text.replace("_", ""), 0)),
    (_FLOAT, lambda text: float(text.replace("_", ""))),
    (_NO_NUMBER, lambda text: float(text.lower().replace(".", ""))),
)


def core_value(text: str) -> Any:
    """Return a plain value as YAML 1.2 reads it, NotImplemented where both versions agree.

    Examples
    --------
    >>> [core_value(text) for text in ("010", "0o10", "on", "true", "1:30", "~", "1e3", "-.inf")]
    [10, 8, 'on', True, '1:30', None, 1000.0, -inf]
    >>> core_value("2024-01-31")
    NotImplemented
    """
    if _DAY.fullmatch(text):
        return NotImplemented
    readers = (read for pattern, read in _READERS if pattern.fullmatch(text))
    read = next(readers, str)
    return read(text)


def as_written(text: str) -> Any:
    """Return a plain value that has one spelling only, else its text.

    Numbers with a fraction and dates are NotImplemented, since they would lose their spelling.

    Examples
    --------
    >>> [as_written(text) for text in ("5", "true", "~", "007", "NO", "1_000", "12:30")]
    [5, True, None, '007', 'NO', '1_000', '12:30']
    >>> as_written("1.50"), as_written("2024-01-31")
    (NotImplemented, NotImplemented)
    """
    if _NULL.fullmatch(text):
        return None
    if text in ("true", "false"):
        return text == "true"
    is_lossy = any(one.fullmatch(text) for one in (_FLOAT, _NO_NUMBER, _DAY))
    if is_lossy:
        return NotImplemented
    return int(text) if _ONE_SPELLING.fullmatch(text) else text

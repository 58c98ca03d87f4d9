"""Read plain values of YAML 1.2, where they are other ones than in YAML 1.1."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_NULL = re.compile(r"~|null|Null|NULL|")
_DECIMAL = re.compile(r"[-+]?[0-9][0-9_]*")
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


def is_day(text: str) -> bool:
    """Return whether a plain value is a date or an instant, as in YAML 1.1.

    Examples
    --------
    >>> is_day("2024-01-31"), is_day("2024")
    (True, False)
    """
    return _DAY.fullmatch(text) is not None


def core_value(text: str) -> Any:
    """Return a plain value as YAML 1.2 reads it.

    Examples
    --------
    >>> [core_value(text) for text in ("010", "0o10", "on", "true", "1:30", "~", "1e3", "-.inf")]
    [10, 8, 'on', True, '1:30', None, 1000.0, -inf]
    """
    readers = (read for pattern, read in _READERS if pattern.fullmatch(text))
    read = next(readers, str)
    return read(text)

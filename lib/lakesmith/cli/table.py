"""Format rows as aligned text, never wrapped or cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

_ESCAPES = str.maketrans({"\n": "\\n", "\r": "\\r", "\t": "\\t"})


def aligned(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | None = None
) -> str:
    """Return rows as text in columns, numbers to the right and all else to the left.

    Parameters
    ----------
    rows : iterable of mapping
    columns : sequence of str, optional
        Names and order of the columns; those of the first row when left out.

    Returns
    -------
    str

    Examples
    --------
    >>> print(aligned([{"table": "gold.a", "rows": 12}, {"table": "silver.lines", "rows": 7}]))
    table         rows
    gold.a          12
    silver.lines     7
    """
    found = list(rows)
    names = list(columns if columns is not None else (found[0] if found else ()))
    numeric = {name for name in names if _is_numeric([row[name] for row in found])}
    lines = [names, *([cell(row[name]) for name in names] for row in found)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(names))]
    return "\n".join(
        _line(line, widths, [name in numeric for name in names]) for line in lines
    )


def _is_numeric(values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    return bool(given) and not any(
        isinstance(value, bool) or not hasattr(value, "__float__") for value in given
    )


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        text.rjust(w) if r else text.ljust(w)
        for text, w, r in zip(cells, widths, right, strict=True)
    )
    return "  ".join(padded).rstrip()


def cell(value: Any) -> str:
    r"""Return one value on one line, with NULL as the empty text.

    Examples
    --------
    >>> cell(None), cell(b"abc"), cell(True), cell("two\nlines")
    ('', '<3 bytes>', 'true', 'two\\nlines')
    """
    if value is None:
        return ""
    if isinstance(value, (bytes, bytearray)):
        return f"<{len(value)} bytes>"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return str(value).translate(_ESCAPES)

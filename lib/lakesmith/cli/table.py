"""Format rows as aligned text, never wrapped or cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

_ESCAPES = str.maketrans({"\n": "\\n", "\r": "\\r", "\t": "\\t"})


def aligned(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[str] | None = None,
    null: str = "",
) -> str:
    """Return rows as text in columns, numbers to the right and all else to the left.

    Parameters
    ----------
    rows : iterable of mapping
    columns : sequence of str, optional
        Names and order of the columns; those of the first row when left out.
    null : str, optional
        What stands for NULL.

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
    if columns is None:
        columns = [*found[0]] if found else []
    numeric: list[bool] = []
    widths: list[int] = []
    for name in columns:
        values = [row[name] for row in found]
        numeric.append(_is_numeric(values))
        cells = [name, *(cell(value, null) for value in values)]
        widths.append(max(map(len, cells)))
    lines = [_line(columns, widths, numeric)]
    for row in found:
        cells = [cell(row[name], null) for name in columns]
        lines.append(_line(cells, widths, numeric))
    return "\n".join(lines)


def _is_numeric(values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    return bool(given) and all(map(_is_number, given))


def _is_number(value: object) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, bool)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        text.rjust(w) if r else text.ljust(w)
        for text, w, r in zip(cells, widths, right, strict=True)
    )
    return "  ".join(padded).rstrip()


def cell(value: Any, null: str = "") -> str:
    r"""Return one value on one line.

    Examples
    --------
    >>> cell(None), cell(b"abc"), cell(True), cell("two\nlines"), cell(Decimal("1E-7"))
    ('', '<3 bytes>', 'true', 'two\\nlines', '0.0000001')
    """
    if value is None:
        return null
    if isinstance(value, (bytes, bytearray)):
        return f"<{len(value)} bytes>"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).translate(_ESCAPES)

"""Find the column of the upstream that a column takes its values from, as a spec tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lakesmith.spec.change_semantics import sources_of
from lakesmith.spec.step_effects import (
    Step,
    derived_columns,
    name_of,
    options_of,
    record_of,
)

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

# Of a column that is NULL these steps make nothing else.
_KEEP_NULL = (
    "cast",
    "date_parts",
    "lower",
    "normalize_text",
    "rename",
    "trim",
    "upper",
)
_TYPE = r"\w+(?:\s*\([\d\s,]+\))?"
_PLAIN = re.compile(
    rf"\s*(?:(?:try_)?cast\s*\(\s*`?(\w+)`?\s+as\s+{_TYPE}\s*\)|`?(\w+)`?)\s*",
    re.IGNORECASE,
)


def origin(table: Table, name: str) -> str | None:
    """Return the upstream column of which a column is NULL wherever that one is.

    Parameters
    ----------
    table : Table
    name : str
        A column of the table.

    Returns
    -------
    str or None
        In lower case. None where several columns, a function, SQL or the images of Debezium make
        it, so that it may have a value where each column of the upstream is NULL.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> steps = [{"with_columns": {"n": "try_cast(Units AS int)", "m": "coalesce(n, 0)"}}]
    >>> columns = {"Units": {"type": "string", "source": "Qty"}}
    >>> spec = {"from": "bronze.a", "columns": columns, "steps": steps}
    >>> table = Table.model_validate(spec)
    >>> origin(table, "n"), origin(table, "other"), origin(table, "m")
    ('qty', 'other', None)
    """
    if table.sql is not None or table.write.change_format == "debezium":
        return None
    column: str | None = name.lower()
    for step in reversed(table.steps):
        if column is not None:
            column = _before(step, column)
    if column is None:
        return None
    sources = {one.lower(): source for one, source in sources_of(table).items()}
    return sources.get(column, column).lower()


def _before(step: Step, column: str) -> str | None:
    """Return the column that a step makes a column of, or None."""
    if record_of(step) is None:
        return None
    derived = derived_columns(step)
    if column not in derived:
        return column
    if name_of(step) == "with_columns":
        return _of_expression(step, column)
    parts = derived[column] or frozenset()
    is_kept = name_of(step) in _KEEP_NULL and len(parts) == 1
    return next(iter(parts)) if is_kept else None


def _of_expression(step: Step, column: str) -> str | None:
    columns = options_of(step).get("columns")
    texts = columns if isinstance(columns, Mapping) else {}
    found = {str(name).lower(): str(text) for name, text in texts.items()}
    plain = _PLAIN.fullmatch(found.get(column, ""))
    if plain is None:
        return None
    return str(plain[1] or plain[2]).lower()

"""Write the SQL of checks that have no own kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lakesmith.columns import quoted
from lakesmith.spec.model.checks.condition_text import names_in

_TABLE = "{table}"


def name(column: str) -> str:
    """Return a column as SQL names it; a word of the language is quoted.

    Examples
    --------
    >>> name("price"), name("order")
    ('price', '`order`')
    """
    if names_in(column) == [column]:
        return column
    return quoted(column)


def literal(value: Any) -> str:
    r"""Return a value of a spec as a SQL literal.

    Examples
    --------
    >>> literal("it's"), literal(r"\d"), literal(1.5), literal(True)
    ("'it\\'s'", "'\\\\d'", '1.5', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return str(value)


def listed(values: Sequence[Any]) -> str:
    """Return values as the list of an IN.

    Examples
    --------
    >>> listed(["a", 1])
    "('a', 1)"
    """
    return f"({', '.join(map(literal, values))})"


def matches(column: str, pattern: str) -> str:
    r"""Return the condition that a pattern is found in a column.

    Examples
    --------
    >>> matches("code", r"^\d+$")
    "code RLIKE '^\\\\d+$'"
    """
    return f"{name(column)} RLIKE {literal(pattern)}"


def all_of(*conditions: str | None) -> str | None:
    """Return the condition that all of several hold; None when there is none.

    Examples
    --------
    >>> all_of("a > 1", None), all_of("a > 1", "b OR c"), all_of(None)
    ('a > 1', '(a > 1) AND (b OR c)', None)
    """
    given = [text for text in conditions if text]
    if len(given) < 2:
        return given[0] if given else None
    return " AND ".join(f"({text})" for text in given)


def select(measure: str, where: str | None = None) -> str:
    """Return the query of one number from the written table.

    Examples
    --------
    >>> select("var_samp(price)", "price > 0")
    'SELECT var_samp(price) FROM {table} WHERE price > 0'
    """
    condition = f" WHERE {braced(where)}" if where else ""
    return f"SELECT {braced(measure)} FROM {_TABLE}{condition}"  # noqa: S608 no input


def repeated(columns: Sequence[str], where: str | None = None) -> str:
    """Return the query of the number of values that several rows have.

    Examples
    --------
    >>> repeated(["a"], "a > 0").removeprefix("SELECT count(*) FROM ")
    '(SELECT 1 FROM {table} WHERE a > 0 GROUP BY a HAVING count(*) > 1)'
    """
    keys = ", ".join(map(name, columns))
    rows = select("1", where)
    groups = f"{rows} GROUP BY {keys} HAVING count(*) > 1"
    return counted(groups)


def counted(query: str) -> str:
    """Return the query of the number of rows that a query gives."""
    return f"SELECT count(*) FROM ({query})"  # noqa: S608 no input


def given(columns: Sequence[str], joined: str = "AND") -> str:
    """Return the condition that columns have a value.

    Examples
    --------
    >>> given(["a", "b"]), given(["a", "b"], "OR")
    ('a IS NOT NULL AND b IS NOT NULL', 'a IS NOT NULL OR b IS NOT NULL')
    """
    tests = [f"{name(column)} IS NOT NULL" for column in columns]
    return f" {joined} ".join(tests)


def of_table(query: str, table: str) -> str:
    """Return a query in which the written table stands for a table. Nothing if it is not named.

    Examples
    --------
    >>> of_table("SELECT * FROM main.orders o;", "orders")
    'SELECT * FROM {table} o'
    >>> of_table("SELECT * FROM customers", "orders")
    ''
    """
    text = braced(query.strip().rstrip(";").strip())
    named = (
        rf"(?i)(\b(?:FROM|JOIN)\s+)(?:[\w`\"]+\.)*[`\"]?{re.escape(table)}[`\"]?(?!\w)"
    )

    def as_table(found: re.Match[str]) -> str:
        before = found.group(1)
        return before + _TABLE

    replaced, count = re.subn(
        named,
        as_table,
        text,
    )
    return replaced if count else ""


def braced(text: str) -> str:
    """Return SQL whose braces stand for themselves in the query of a check.

    Examples
    --------
    >>> braced("code RLIKE '^a{2}$'")
    "code RLIKE '^a{{2}}$'"
    """
    return text.replace("{", "{{").replace("}", "}}")

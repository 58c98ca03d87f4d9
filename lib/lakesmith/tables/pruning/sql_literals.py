"""Write values as SQL literals by which Delta prunes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from lakesmith.columns import quoted

# Floating point is left out, since -0.0 equals 0.0 and has another literal.
EXACT = (
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "decimal",
    "string",
    "date",
    "timestamp",
    "boolean",
    "binary",
)
SUFFIX = {"tinyint": "Y", "smallint": "S", "bigint": "L"}


def literal(value: Any) -> str:
    r"""Write a value as SQL.

    Examples
    --------
    >>> (literal("it's a \\"), literal(5), literal(dt.date(2026, 1, 2)), literal(None),
    ...  literal(Decimal("1.50")))
    ("'it\\'s a \\\\'", '5', "DATE'2026-01-02'", 'NULL', '1.50BD')
    >>> literal("${no variable}"), literal(dt.datetime(2026, 1, 2))
    ("'$\\{no variable}'", "TIMESTAMP_NTZ'2026-01-02 00:00:00'")
    """
    if value is None or isinstance(value, bool):
        return "NULL" if value is None else str(value).lower()
    if isinstance(value, str):
        # Spark replaces ${name} by a variable anywhere, also by nothing.
        return (
            "'"
            + value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "$\\{")
            + "'"
        )
    if isinstance(value, bytes | bytearray):
        return f"X'{bytes(value).hex()}'"
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP{'' if value.tzinfo else '_NTZ'}'{value.isoformat(sep=' ')}'"
    if isinstance(value, dt.date):
        return f"DATE'{value.isoformat()}'"
    if isinstance(value, float):
        return f"{value!r}D" if math.isfinite(value) else f"double('{value!r}')"
    return f"{value:f}BD" if isinstance(value, Decimal) else str(value)


def is_exact(kinds: Mapping[str, str]) -> bool:
    """Return True where each value of these types has exactly one equal literal."""
    return all(kind.split("(")[0] in EXACT for kind in kinds.values())


def one_of(kinds: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> str:
    """Write a predicate that is true for the rows whose columns have one of these values.

    Examples
    --------
    >>> one_of({"id": "bigint"}, [(1,), (None,)])
    '(`id` IN (1L) OR `id` IS NULL)'
    >>> one_of({"id": "int", "code": "string"}, [(1, "a")])
    "struct(`id`, `code`) IN (struct(1, 'a'))"
    """
    if len(kinds) == 1:
        ((name, kind),) = kinds.items()
        return _one_value_of(quoted(name), kind, [value for (value,) in rows])
    named = ", ".join(quoted(name) for name in kinds)
    # A comparison of structs takes NULL for equal to NULL inside them, and is never NULL itself.
    values = ", ".join(_struct(kinds, row) for row in rows)
    return f"struct({named}) IN ({values})"


def _one_value_of(column: str, kind: str, values: Sequence[Any]) -> str:
    plain = ", ".join(typed(value, kind) for value in values if value is not None)
    tests = [f"{column} IN ({plain})"] if plain else []
    tests += [f"{column} IS NULL"] if None in values else []
    return f"({' OR '.join(tests) or 'false'})"


def _struct(kinds: Mapping[str, str], row: Sequence[Any]) -> str:
    values = (
        typed(value, kind) for value, kind in zip(row, kinds.values(), strict=True)
    )
    return f"struct({', '.join(values)})"


def typed(value: Any, kind: str) -> str:
    """Write a value as SQL that has this type without a cast where there is such a literal.

    Examples
    --------
    >>> (typed(5, "bigint"), typed(5, "int"), typed("a", "string"), typed(None, "int"),
    ...  typed(Decimal(5), "decimal(3,1)"))
    ('5L', '5', "'a'", 'CAST(NULL AS int)', 'CAST(5BD AS decimal(3,1))')
    """
    if value is None or kind.startswith("decimal"):
        return f"CAST({literal(value)} AS {kind})"
    if kind == "timestamp_ntz":
        return literal(value.replace(tzinfo=None))
    return literal(value) + SUFFIX.get(kind, "")

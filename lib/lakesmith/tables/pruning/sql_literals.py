"""Write values and predicates as SQL literals, by which Delta prunes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

from lakesmith.columns import quoted
from lakesmith.tables.pruning.ordinals import FIRST, LAST
from lakesmith.types import EXACT, family

if TYPE_CHECKING:
    from lakesmith.tables.pruning.ranges import Span

SUFFIX = {"tinyint": "Y", "smallint": "S", "bigint": "L"}


def literal(value: Any) -> str:
    r"""Write a value as Spark's SQL.

    Examples
    --------
    >>> literal("it's a \\"), literal(5), literal(dt.date(2026, 1, 2)), literal(None)
    ("'it\\'s a \\\\'", '5', "DATE'2026-01-02'", 'NULL')
    >>> literal(Decimal("1.50")), literal(dt.datetime(2026, 1, 2))
    ('1.50BD', "TIMESTAMP_NTZ'2026-01-02 00:00:00'")
    >>> literal("${no variable}")
    "'$\\{no variable}'"
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # Spark replaces ${name} by a variable anywhere, also by nothing.
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        escaped = escaped.replace("${", "$\\{")
        return f"'{escaped}'"
    if isinstance(value, bytes | bytearray):
        return f"X'{bytes(value).hex()}'"
    if isinstance(value, dt.datetime):
        kind = "TIMESTAMP" if value.tzinfo else "TIMESTAMP_NTZ"
        return f"{kind}'{value.isoformat(sep=' ')}'"
    if isinstance(value, dt.date):
        return f"DATE'{value.isoformat()}'"
    if isinstance(value, float):
        if math.isfinite(value):
            return f"{value!r}D"
        return f"double('{value!r}')"
    if isinstance(value, Decimal):
        return f"{value:f}BD"
    return str(value)


def typed(value: Any, kind: str) -> str:
    """Write a value as Spark's SQL of a type, without a cast where there is such a literal.

    Delta's replaceWhere folds no cast, and prunes no file by a column that is compared with one.

    Examples
    --------
    >>> typed(5, "bigint"), typed(5, "int"), typed("a", "string"), typed(None, "int")
    ('5L', '5', "'a'", 'CAST(NULL AS int)')
    >>> typed(Decimal(5), "decimal(3,1)")
    'CAST(5BD AS decimal(3,1))'
    """
    if value is None or kind.startswith("decimal"):
        return f"CAST({literal(value)} AS {kind})"
    if kind == "timestamp_ntz":
        return literal(value.replace(tzinfo=None))
    return literal(value) + SUFFIX.get(kind, "")


def _signs(value: Any) -> tuple[Any, ...]:
    """Return a value in each of its spellings, which a zero of floats has two of."""
    is_zero = isinstance(value, float) and value == 0
    return (0.0, -0.0) if is_zero else (value,)


def _delta_rs_name(column: str) -> str:
    escaped = column.replace('"', '""')
    return f'"{escaped}"'


def _delta_rs_value(value: Any, kind: str) -> str:
    if isinstance(value, str):
        escaped = value.replace("'", "''")
        return f"'{escaped}'"
    if isinstance(value, Decimal):
        return f"CAST('{value:f}' AS {kind})"
    return literal(value)


@dataclass(frozen=True)
class Dialect:
    r"""Write columns, and values of a type, in the SQL of one engine.

    Examples
    --------
    >>> SPARK.column("a b"), SPARK.value("it's", "string")
    ('`a b`', "'it\\'s'")
    >>> DELTA_RS.column("a b"), DELTA_RS.value("it's", "string")
    ('"a b"', "'it''s'")
    """

    column: Callable[[str], str]
    value: Callable[[Any, str], str]


SPARK = Dialect(quoted, typed)
DELTA_RS = Dialect(_delta_rs_name, _delta_rs_value)


def is_exact(kinds: Mapping[str, str]) -> bool:
    """Return whether each value of columns of these types has one literal, and no other has it.

    Examples
    --------
    >>> is_exact({"id": "bigint", "price": "decimal(12,4)"}), is_exact({"share": "double"})
    (True, False)
    """
    return all(family(kind) in EXACT for kind in kinds.values())


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
        return f"({value_in(name, kind, [value for (value,) in rows])})"
    columns = ", ".join(quoted(name) for name in kinds)
    # A comparison of structs takes NULL for equal to NULL inside them, and is never NULL itself.
    signed = [one for row in rows for one in product(*map(_signs, row))]
    values = ", ".join(_struct(kinds, row) for row in signed)
    return f"struct({columns}) IN ({values})"


def _struct(kinds: Mapping[str, str], row: Sequence[Any]) -> str:
    pairs = zip(row, kinds.values(), strict=True)
    values = [typed(value, kind) for value, kind in pairs]
    return f"struct({', '.join(values)})"


def value_in(
    name: str, kind: str, values: Collection[Any], dialect: Dialect = SPARK
) -> str:
    """Write a predicate that is true where a column has one of these values.

    Examples
    --------
    >>> value_in("id", "int", [1, None], DELTA_RS)
    '"id" IN (1) OR "id" IS NULL'
    >>> value_in("share", "double", [-0.0])
    '`share` IN (0.0D, -0.0D)'
    """
    column = dialect.column(name)
    given = [one for value in values if value is not None for one in _signs(value)]
    known = [dialect.value(value, kind) for value in given]
    tests: list[str] = []
    if known:
        listed = ", ".join(known)
        tests.append(f"{column} IN ({listed})")
    if None in values:
        tests.append(f"{column} IS NULL")
    return " OR ".join(tests) or "false"


def value_between(
    column: str,
    spans: Sequence[Span],
    values: Collection[Any],
    write: Callable[[Any], str],
) -> str:
    """Write a predicate that is true where a column is in one of some ranges.

    Parameters
    ----------
    column : str
        As SQL.
    spans : sequence of (value, value)
    values : collection
        NULL and NaN among them are matched too.
    write : callable
        Writes a value as SQL.

    Examples
    --------
    >>> value_between("v", [(1, 3), (9, 9)], [1, 3, 9, None], str)
    'v >= 1 AND v <= 3 OR v = 9 OR v IS NULL'
    >>> value_between("v", [(0.0, 0.0), (-1.0, 0.0)], [], str)
    'v >= -0.0 AND v <= 0.0 OR v >= -1.0 AND v <= 0.0'
    """
    tests = [_between(column, span, write) for span in spans]
    if None in values:
        tests.append(f"{column} IS NULL")
    if any(value != value for value in values):
        tests.append(f"isnan({column})")
    return " OR ".join(tests) or "false"


def _between(column: str, span: Span, write: Callable[[Any], str]) -> str:
    """Bound a column by a range, which is open where Python's calendar ends."""
    low, high = span
    # Readers of files order the zeros by their signs, and Spark takes them for one value.
    low = _signs(low)[-1]
    high = _signs(high)[0]
    is_signed = str(low) != str(high)
    if low == high and not is_signed and low not in (*FIRST, *LAST):
        return f"{column} = {write(low)}"
    lower = f"{column} >= {write(low)}"
    if low in FIRST:
        lower = f"{column} IS NOT NULL"
    if high in LAST:
        return lower
    return f"{lower} AND {column} <= {write(high)}"

"""Write the queries of a source."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from lakesmith.sources.jdbc.dialects import DIALECTS

if TYPE_CHECKING:
    from lakesmith.spec.model.jdbc import JdbcSource

PART = "_part"


def relation_of(source: JdbcSource) -> str:
    """Return the table or the query of a source, to select from.

    Examples
    --------
    >>> from lakesmith.spec.model import JdbcSource
    >>> at = {"dialect": "postgresql", "host": "db", "database": "shop", "user": "reader"}
    >>> relation_of(JdbcSource(**at, table="public.orders", columns=("id",)))
    '"public"."orders" AS r'
    """
    if source.query:
        query = source.query.strip().rstrip(";")
        # It may end with a comment.
        return f"({query}\n) AS r"
    dialect = DIALECTS[source.dialect]
    names = str(source.table).split(".")
    quoted = [dialect.name(name) for name in names]
    return f"{'.'.join(quoted)} AS r"


def rows_query(
    source: JdbcSource, since: str | None = None, to: str | None = None
) -> str:
    """Return the query of rows as text, of those between two values of the mark.

    Both values belong to them. *Columns*: those of the source but `read_at`; ``_part`` as it is.

    Examples
    --------
    >>> from lakesmith.spec.model import JdbcSource
    >>> at = {"dialect": "postgresql", "host": "db", "database": "shop", "user": "reader"}
    >>> source = JdbcSource(
    ...     **at, table="orders", columns=("id",), incremental={"column": "changed"}
    ... )
    >>> print(rows_query(source, to="7"))
    SELECT CAST("id" AS text) AS "id" FROM "orders" AS r WHERE "changed" <= '7'
    """
    dialect = DIALECTS[source.dialect]
    columns = []
    for column in source.columns:
        name = dialect.name(column)
        if column != source.read_at:
            columns.append(f"{dialect.text(name)} AS {name}")
    if source.parts:
        part = dialect.name(source.parts.column)
        columns.append(f"{part} AS {PART}")
    query = f"SELECT {', '.join(columns)} FROM {relation_of(source)}"  # noqa: S608 names and values are quoted
    conditions = _between(source, since, to)
    return f"{query} WHERE {' AND '.join(conditions)}" if conditions else query


def _between(source: JdbcSource, since: str | None, to: str | None) -> list[str]:
    if source.incremental is None:
        return []
    dialect = DIALECTS[source.dialect]
    mark = dialect.name(source.incremental.column)
    conditions = []
    if since is not None:
        conditions.append(f"{mark} >= {dialect.value(since)}")
    if to is not None:
        conditions.append(f"{mark} <= {dialect.value(to)}")
    return conditions


def type_query(source: JdbcSource, column: str) -> str:
    """Return the query of the type of a column, as ``kind``."""
    dialect = DIALECTS[source.dialect]
    name = dialect.name(column)
    one = f"SELECT {name} FROM {relation_of(source)} LIMIT 1"  # noqa: S608 names and values are quoted
    return f"SELECT {dialect.type_of(f'max({name})')} AS kind FROM ({one}) AS t"  # noqa: S608 names and values are quoted


def marks_query(source: JdbcSource, mark: str, overlap: str, is_time: bool) -> str:
    """Return the query of how far the marks of a source go.

    *Columns*: ``to`` the greatest mark and ``low`` the same less the overlap, as texts; ``missing``
    and ``ahead``, ``1`` when there are rows without a mark and rows from the future.
    """
    dialect = DIALECTS[source.dialect]
    name = dialect.name(mark)
    relation = relation_of(source)
    greatest = f"max({name})"
    earlier = dialect.earlier(greatest, overlap)
    missing = _exists(relation, f"{name} IS NULL")
    ahead = _exists(relation, dialect.in_future(name)) if is_time else "'0'"
    columns = [
        f'{dialect.text(greatest)} AS "to"',
        f"{dialect.text(earlier)} AS low",
        f"{missing} AS missing",
        f"{ahead} AS ahead",
    ]
    return f"SELECT {', '.join(columns)} FROM {relation}"  # noqa: S608 names and values are quoted


def _exists(relation: str, condition: str) -> str:
    found = f"EXISTS(SELECT 1 FROM {relation} WHERE {condition})"  # noqa: S608 names and values are quoted
    return f"CASE WHEN {found} THEN '1' ELSE '0' END"


def quantiles_query(source: JdbcSource, rows: str) -> str:
    """Return the query of the values that divide rows into parts of equal size, as ``bounds``."""
    dialect = DIALECTS[source.dialect]
    number = source.parts.number if source.parts else 1
    shares = ", ".join(f"{part / number:.6f}" for part in range(1, number))
    return f"SELECT {dialect.quantiles(PART, shares)} AS bounds FROM ({rows}) AS p"  # noqa: S608 names and values are quoted


def part_conditions(source: JdbcSource, bounds: Sequence[str | None]) -> list[str]:
    """Return the conditions that divide rows at some bounds.

    Examples
    --------
    >>> from lakesmith.spec.model import JdbcSource
    >>> at = {"dialect": "postgresql", "host": "db", "database": "shop", "user": "reader"}
    >>> source = JdbcSource(**at, table="orders", columns=("id",))
    >>> part_conditions(source, ["3", "7", "7"])
    ["(_part < '3' OR _part IS NULL)", "(_part >= '3' AND _part < '7')", "(_part >= '7')"]
    """
    dialect = DIALECTS[source.dialect]
    known = [one for one in bounds if one is not None]
    values = [dialect.value(one) for one in dict.fromkeys(known)]
    if not values:
        return []
    inner = [f"({PART} >= {low} AND {PART} < {high})" for low, high in pairwise(values)]
    first = f"({PART} < {values[0]} OR {PART} IS NULL)"
    last = f"({PART} >= {values[-1]})"
    return [first, *inner, last]

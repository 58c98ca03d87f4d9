"""Answer what a table may expect of the rows that its upstream wrote before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

_WHOLE = ("tinyint", "smallint", "int", "bigint")
_DECIMAL = re.compile(r"decimal\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)")


def changes_rows(table: Table) -> bool:
    """Return whether rows that a table once wrote may change later.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> changes_rows(Table(from_="sources.orders"))
    False
    """
    return table.write.emits != "appends"


def deletes_without_trace(table: Table) -> bool:
    """Return whether rows of a table may vanish without leaving a tombstone.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> deletes_without_trace(Table(from_="bronze.orders", write=Write(strategy="replace_all")))
    True
    """
    return table.write.emits == "rewrites"


def has_keys_of(table: Table, upstream: Table) -> bool:
    """Return whether each row of the upstream has exactly one row in a table.

    Examples
    --------
    >>> from lakesmith.spec.model import Column, Table, Write
    >>> upstream = Table(from_="bronze.orders", write=Write(strategy="upsert", keys=("Id",)))
    >>> columns = {"order": Column(type="int", source="id")}
    >>> write = Write(strategy="upsert", keys=("order",))
    >>> has_keys_of(Table(from_="silver.orders", columns=columns, write=write), upstream)
    True
    """
    keys = _read_from_each(table, table.write.keys)
    of_upstream = [key.lower() for key in upstream.write.keys]
    return set(keys) == set(of_upstream)


def retyped(
    table: Table, upstream: Table, names: Iterable[str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the columns whose type here may make one value of two of the upstream.

    Parameters
    ----------
    table, upstream : Table
    names : iterable of str
        Columns of the table.

    Yields
    ------
    tuple
        The column, and its types here and there. Whole numbers and decimals may be wider here. A
        column that one of the contracts lacks is not known.

    Examples
    --------
    >>> from lakesmith.spec.model import Column, Table
    >>> upstream = Table(from_="bronze.a", columns={"id": Column(type="string")})
    >>> table = Table(from_="silver.a", columns={"id": Column(type="int")})
    >>> list(retyped(table, upstream, ["id"]))
    [('id', ('int', 'string'))]
    """
    known = {name.lower(): one.type.strip() for name, one in upstream.columns.items()}
    for name in names:
        column = table.columns.get(name)
        theirs = known.get(read_from(table, name).lower())
        own = column.type.strip() if column else theirs
        if own and theirs and not _holds_each(own, theirs):
            yield name, (own, theirs)


def _holds_each(own: str, theirs: str) -> bool:
    """Return whether each value of a type has one value of another one, in the same order."""
    wide = _DECIMAL.fullmatch(own)
    narrow = _DECIMAL.fullmatch(theirs)
    if wide and narrow:
        digits, scale = map(int, wide.groups())
        of_theirs, theirs_scale = map(int, narrow.groups())
        return scale >= theirs_scale and digits - scale >= of_theirs - theirs_scale
    both_whole = own in _WHOLE and theirs in _WHOLE
    return own == theirs or (both_whole and _WHOLE.index(own) >= _WHOLE.index(theirs))


def upstream_decides(table: Table, upstream: Table) -> bool:
    """Return whether the upstream has decided which row of a key is the newest.

    Its later image then wins at an equal sequence. So does a row that is computed again, by
    newer versions of what it is joined with.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> upstream = Table(from_="bronze.orders", write=Write(strategy="upsert", keys=("id",)))
    >>> upstream_decides(upstream.model_copy(update={"from_": "silver.orders"}), upstream)
    True
    """
    may_differ = changes_rows(upstream) or table.follows_inputs
    return may_differ and has_keys_of(table, upstream)


def keeps_first_of(table: Table, upstream: Table) -> bool:
    """Return whether a table keeps the first row of each key by its upstream's sequence."""
    if not table.write.keeps_first:
        return False
    sequence = _read_from_each(table, table.write.sequence_by)
    of_upstream = [name.lower() for name in upstream.write.sequence_by]
    return sequence == of_upstream


def _read_from_each(table: Table, names: Iterable[str]) -> list[str]:
    return [read_from(table, name).lower() for name in names]


def read_from(table: Table, name: str) -> str:
    """Return the column of the upstream that a column of the contract is read from."""
    column = table.columns.get(name)
    if column is None:
        return name
    return column.source or name


def sources_of(spec: Table) -> dict[str, str]:
    """Return each contract column with the field that it is read from.

    Examples
    --------
    >>> from lakesmith.spec.model import Column, Table
    >>> columns = {"id": Column(type="int"), "price": Column(type="int", source="Price")}
    >>> sources_of(Table(from_="bronze.orders", columns=columns))
    {'id': 'id', 'price': 'Price'}
    """
    columns = spec.columns.items()
    return {name: column.source or name for name, column in columns}


def settled_columns(spec: Table) -> tuple[str, ...]:
    """Return the columns that say which row an event changes, and when.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> write = Write(strategy="upsert", keys=("id",), sequence_by=("at",))
    >>> settled_columns(Table(from_="bronze.orders", write=write))
    ('id', 'at')
    """
    return (*spec.write.keys, *spec.write.sequence_by)

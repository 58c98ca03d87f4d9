"""Find the rows that a table has for the keys of a batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from deltalake import DeltaTable, QueryBuilder
from deltalake.exceptions import DeltaError
from pyspark.sql import SparkSession

from lakesmith.tables.delta_log.history import newest_version, unreadable
from lakesmith.tables.pruning.key_bounds import Touched
from lakesmith.tables.pruning.key_promise import without_promise
from lakesmith.tables.pruning.matching_files import Files, files_of
from lakesmith.tables.pruning.sql_literals import literal, one_of
from lakesmith.tables.ref import TableRef

# Whose values delta-rs compares with a literal as Spark does.
ALIKE = ("tinyint", "smallint", "int", "bigint", "decimal", "string", "date", "boolean")
READS = frozenset({"deletionVectors"})
MAX_ROWS = 20_000_000
MAX_FOUND = 50_000


@dataclass(frozen=True)
class Looked:
    """Hold the rows of a table that have keys of the batch, and the files that can hold them.

    `rows` may have other keys too: each is compared once more.
    """

    version: int
    rows: pa.Table
    files: Files | None = None


def look(
    session: SparkSession,
    table: TableRef,
    touched: Touched,
    kinds: Mapping[str, str],
    keys: Sequence[tuple[Any, ...]],
    hidden: Sequence[str],
    implied: Sequence[str] = (),
) -> Looked:
    """Find the rows of a table on a local path by their keys.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
    touched : Touched
        Bounds of the rows, of the keys and what they imply.
    kinds : dict
        Spark's types of the key columns.
    keys : sequence of tuple
    hidden : sequence of str
        Columns to return beside the keys.
    implied : sequence of str
        Columns to return too, by which rows of the keys are looked for elsewhere as well: they may
        differ.

    Returns
    -------
    Looked

    Notes
    -----
    No Spark job where delta-rs can do it: it opens the files whose statistics fit, and reads key
    and hidden columns of them on the driver. Else a Spark query: for a table with a feature that
    delta-rs does not read or with instants it takes for others, and where the files that fit have
    more than 20 million rows.
    """
    try:
        there = DeltaTable(table.location)
        all_files = files_of(there)
        files = all_files.matching(touched)
        bounds = (
            without_promise(touched, implied, all_files, there.version())
            if implied
            else touched
        )
        columns = [*dict.fromkeys([*hidden, *implied])]
        found = _by_delta_rs(
            there, all_files.matching(bounds), bounds, kinds, keys, columns
        )
    except DeltaError as error:
        raise unreadable(table, error) from error
    if found is not None:
        return Looked(there.version(), found, files)
    version = newest_version(session, table)
    rows = table.load(session).filter(bounds.predicate()).filter(one_of(kinds, keys))
    return Looked(version, rows.select(*kinds, *columns).toArrow(), files)


def _by_delta_rs(
    table: DeltaTable,
    files: Files,
    touched: Touched,
    kinds: Mapping[str, str],
    keys: Sequence[tuple[Any, ...]],
    hidden: Sequence[str],
) -> pa.Table | None:
    if not (
        _reads(table)
        and _are_alike(kinds)
        and files.rows is not None
        and files.rows <= MAX_ROWS
    ):
        return None
    fields = {field.name: field.type for field in pa.schema(table.schema().to_arrow())}
    moments = [path for name in hidden for path in _moments(name, fields[name])]
    if not all(files.in_nanoseconds(path) for path in moments):
        return None
    text = select_keys([*kinds, *hidden], touched, kinds, keys)
    found = pa.table(QueryBuilder().register("t", table).execute(text).read_all())
    return found if found.num_rows < MAX_FOUND else None


def _reads(table: DeltaTable) -> bool:
    protocol = table.protocol()
    return protocol.min_reader_version == 1 or (
        protocol.min_reader_version == 3
        and READS.issuperset(protocol.reader_features or ())
    )


def _are_alike(kinds: Mapping[str, str]) -> bool:
    return all(kind.split("(")[0] in ALIKE for kind in kinds.values())


def _moments(path: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the instants in a column, as statistics name them."""
    if pa.types.is_timestamp(kind):
        yield path
    elif pa.types.is_nested(kind):
        if not pa.types.is_struct(kind):
            yield ""  # has no statistics
        for field in kind:
            yield from _moments(f"{path}.{field.name}", field.type)


def select_keys(
    columns: Sequence[str],
    touched: Touched,
    kinds: Mapping[str, str],
    keys: Sequence[tuple[Any, ...]],
) -> str:
    """Write the query of rows with these keys in delta-rs's SQL.

    Examples
    --------
    >>> select_keys(["id"], Touched({"id": frozenset([5])}), {"id": "int"}, [(5,)])
    'SELECT "id" FROM t WHERE ("id" = 5) AND ("id" IN (5)) LIMIT 50000'
    """
    values = {name: {key[place] for key in keys} for place, name in enumerate(kinds)}
    # What keys imply prunes files and pages; the keys decide, each column for itself.
    plain = [name for name, some in touched.values.items() if all(map(_is_plain, some))]
    bounds = [touched.bounds(name, _named(name), _typed) for name in plain]
    bounds += [_in(_named(name), some, kinds[name]) for name, some in values.items()]
    where = " AND ".join(f"({bound})" for bound in bounds)
    return f"SELECT {', '.join(map(_named, columns))} FROM t WHERE {where} LIMIT {MAX_FOUND}"  # noqa: S608 quoted


def _in(column: str, values: set[Any], kind: str) -> str:
    plain = ", ".join(_typed(value, kind) for value in values if value is not None)
    tests = [f"{column} IN ({plain})"] if plain else []
    return " OR ".join([*tests, *([f"{column} IS NULL"] if None in values else [])])


def _named(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _is_plain(value: Any) -> bool:
    return value is None or (
        isinstance(value, int | str | dt.date) and not isinstance(value, dt.datetime)
    )


def _typed(value: Any, kind: str = "") -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return (
        f"CAST('{value:f}' AS {kind})" if isinstance(value, Decimal) else literal(value)
    )

"""Find the rows that a table has for the keys of a batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
from deltalake import DeltaTable, QueryBuilder
from deltalake.exceptions import DeltaError
from pyspark.sql import SparkSession

from lakesmith.tables.delta_log.history import newest_version, unreadable
from lakesmith.tables.pruning.file_stats import Files, files_of
from lakesmith.tables.pruning.search_bounds import without_promise
from lakesmith.tables.pruning.sql_literals import DELTA_RS, one_of, value_in
from lakesmith.types import WHOLE, family

if TYPE_CHECKING:
    from lakesmith.tables.pruning.key_bounds import Touched
    from lakesmith.tables.ref import TableRef

# Whose values delta-rs compares with a literal as Spark does.
ALIKE = (*WHOLE, "decimal", "string", "date", "boolean")
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
    No Spark job where delta-rs can do it. It opens the files whose statistics fit, and reads key
    and hidden columns of them on the driver. Else a Spark query: for a table with a feature that
    delta-rs does not read or with instants it takes for others, and where the files that fit have
    more than 20 million rows.
    """
    columns = [*dict.fromkeys([*hidden, *implied])]
    try:
        delta = DeltaTable(table.location)
        all_files = files_of(delta)
        bounds = touched
        if implied:
            bounds = without_promise(touched, implied, all_files, delta.version())
        searched = all_files.matching(bounds)
        found = _by_delta_rs(
            delta,
            searched,
            bounds,
            kinds,
            keys,
            columns,
        )
    except DeltaError as error:
        raise unreadable(table, error) from error
    files = all_files.matching(touched)
    if found is not None:
        return Looked(delta.version(), found, files)
    version = newest_version(session, table)
    rows = table.load(session).filter(bounds.predicate()).filter(one_of(kinds, keys))
    collected = rows.select(*kinds, *columns).toArrow()
    return Looked(version, collected, files)


def _by_delta_rs(
    delta: DeltaTable,
    files: Files,
    touched: Touched,
    kinds: Mapping[str, str],
    keys: Sequence[tuple[Any, ...]],
    hidden: Sequence[str],
) -> pa.Table | None:
    is_small = files.rows is not None and files.rows <= MAX_ROWS
    if not (_reads(delta) and _are_alike(kinds) and is_small):
        return None
    if not _has_plain_moments(delta, files, hidden):
        return None
    columns = [*kinds, *hidden]
    query = select_keys(
        columns,
        touched,
        kinds,
        keys,
    )
    engine = QueryBuilder().register("t", delta)
    result = engine.execute(query)
    found = pa.table(result.read_all())
    return found if found.num_rows < MAX_FOUND else None


def _has_plain_moments(delta: DeltaTable, files: Files, names: Sequence[str]) -> bool:
    """Return whether delta-rs reads the instants in some columns as Spark does."""
    schema = pa.schema(delta.schema().to_arrow())
    for name in names:
        kind = schema.field(name).type
        for path in _moments(name, kind):
            if not files.in_nanoseconds(path):
                return False

    return True


def _reads(delta: DeltaTable) -> bool:
    protocol = delta.protocol()
    features = protocol.reader_features or ()
    is_plain = protocol.min_reader_version == 1
    return is_plain or (protocol.min_reader_version == 3 and READS.issuperset(features))


def _are_alike(kinds: Mapping[str, str]) -> bool:
    return all(family(kind) in ALIKE for kind in kinds.values())


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
    >>> from lakesmith.tables.pruning.key_bounds import Touched
    >>> select_keys(["id"], Touched({"id": frozenset([5])}), {"id": "int"}, [(5,)])
    'SELECT "id" FROM t WHERE ("id" = 5) AND ("id" IN (5)) LIMIT 50000'
    """
    # What keys imply prunes files and pages. The keys decide, each column by its own values.
    tests: list[str] = []
    for name, values in touched.values.items():
        if all(_is_plain(value) for value in values):
            tests.append(touched.bounds(name, DELTA_RS))

    for place, (name, kind) in enumerate(kinds.items()):
        wanted = {key[place] for key in keys}
        tests.append(value_in(name, kind, wanted, DELTA_RS))

    shown = ", ".join(DELTA_RS.column(name) for name in columns)
    where = " AND ".join(f"({test})" for test in tests)
    return f"SELECT {shown} FROM t WHERE {where} LIMIT {MAX_FOUND}"  # noqa: S608 quoted


def _is_plain(value: Any) -> bool:
    if isinstance(value, dt.datetime):
        return False
    return value is None or isinstance(value, int | str | dt.date)

"""Read some rows of a table on a local path without Spark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
from deltalake import DeltaTable, QueryBuilder

from lakesmith.columns import HIDDEN
from lakesmith.tables.pruning.file_stats import files_of
from lakesmith.tables.pruning.sql_literals import DELTA_RS

if TYPE_CHECKING:
    from lakesmith.spec.model import Column
    from lakesmith.tables.ref import TableRef

READ_FEATURES = frozenset({"deletionVectors", "timestampNtz"})


def local_rows(
    table: TableRef,
    version: int | None,
    limit: int,
    columns: Mapping[str, Column] | None = None,
    *,
    hidden: tuple[str, int | None] | None = None,
    spread: bool = False,
) -> list[dict[str, Any]] | None:
    """Return some visible rows of a table, or None where only Spark reads them right.

    Parameters
    ----------
    table : TableRef
    version : int, optional
        The newest when left out.
    limit : int
    columns : mapping of str to Column, optional
        The contract. A default in it needs Spark.
    hidden : tuple, optional
        A column of numbers: rows are left out whose value is at most the one beside it, or any.
    spread : bool
        Take the rows from all of the table by a hash of their values: the same ones whatever files
        they lie in.

    Returns
    -------
    list of dict, optional
        None for a table elsewhere, for features or types that delta-rs does not read as Spark does,
        for dates beyond Python's calendar, and for a table that delta-rs cannot read.
    """
    known = (columns or {}).values()
    has_default = any(column.default is not None for column in known)
    if table.local is None or has_default:
        return None
    try:
        delta = DeltaTable(
            str(table.local),
            version=version,
        )
        shown = [field.name for field in _schema(delta) if field.name not in HIDDEN]
        if not (_is_read(delta) and _has_plain_types(delta, shown)):
            return None
        engine = QueryBuilder().register("t", delta)
        query = _select(delta, shown, limit, hidden, spread)
        found = engine.execute(query).read_all()
        rows: list[dict[str, Any]] = pa.table(found).to_pylist()
    # delta-rs raises a plain Exception for a file that is missing or damaged. Spark reads the table
    # then, or says what is wrong with it.
    except Exception:
        return None
    return [_plain_row(row) for row in rows]


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _without_zone(value) for name, value in row.items()}


def _schema(delta: DeltaTable) -> pa.Schema:
    return pa.schema(delta.schema().to_arrow())


def _is_read(delta: DeltaTable) -> bool:
    protocol = delta.protocol()
    if protocol.min_reader_version not in (1, 3):
        return False
    features = protocol.reader_features or ()
    return READ_FEATURES.issuperset(features)


def _has_plain_types(delta: DeltaTable, shown: list[str]) -> bool:
    files = files_of(delta)
    schema = _schema(delta)
    for name in shown:
        kind = schema.field(name).type
        if not _is_plain(kind):
            return False
        # Older files may hold INT96, which is read right within the years that nanoseconds hold.
        if pa.types.is_timestamp(kind) and not files.in_nanoseconds(name):
            return False

    return True


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        value = kind.value_type
        if not pa.types.is_struct(value):
            return False
        return all(_is_text(field.type) for field in value)
    return not pa.types.is_nested(kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or kind == pa.string_view()
    )


def _by_hash(delta: DeltaTable, shown: list[str]) -> str:
    schema = _schema(delta)
    texts = [
        f"coalesce(CAST({DELTA_RS.column(name)} AS VARCHAR), '')"
        for name in shown
        if not _is_bytes(schema.field(name).type)
    ]
    return f" ORDER BY md5(concat_ws('|', {', '.join(texts)}))" if texts else ""


def _is_bytes(kind: pa.DataType) -> bool:
    if kind == pa.binary_view():
        return True
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_nested)
    return any(test(kind) for test in tests)


def _select(
    delta: DeltaTable,
    shown: list[str],
    limit: int,
    hidden: tuple[str, int | None] | None,
    spread: bool,
) -> str:
    names = ", ".join(DELTA_RS.column(name) for name in shown)
    conditions = []
    if "_deleted" in _schema(delta).names:
        conditions.append('NOT "_deleted"')
    if hidden and hidden[0] in shown:
        column = DELTA_RS.column(hidden[0])
        above = "" if hidden[1] is None else f" OR {column} > {hidden[1]}"
        conditions.append(f"({column} IS NULL{above})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = _by_hash(delta, shown) if spread else ""
    return f"SELECT {names} FROM t{where}{order} LIMIT {limit}"  # noqa: S608 quoted


def _without_zone(value: Any) -> Any:
    if not getattr(value, "tzinfo", None):
        return value
    return value.replace(tzinfo=None)

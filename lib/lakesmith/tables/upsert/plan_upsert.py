"""Plan an upsert as the cheapest commit that writes the rows that win."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame

from lakesmith.columns import HIDDEN
from lakesmith.spec.key_implies import unproven
from lakesmith.tables.create import table_options
from lakesmith.tables.pruning.file_stats import expected_merge, expected_write
from lakesmith.tables.pruning.key_bounds import (
    Touched,
    bounding_columns,
    find_touched,
    touched_in,
    with_nulls,
)
from lakesmith.tables.pruning.sql_literals import is_exact, one_of
from lakesmith.tables.upsert.arrow_order import is_comparable, tuples_of
from lakesmith.tables.upsert.key_lookup import Looked, look
from lakesmith.tables.upsert.key_promise import refuse_broken, refuse_broken_rows
from lakesmith.tables.upsert.precedence import Precedence
from lakesmith.tables.upsert.winners import count_rows, find_winners

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.tables.ref import TableRef

Method = Literal["merge", "replace_where", "append_new"]
MAX_KEYS = 2000
MAX_TEXT = 1_000_000


class MergeInsteadError(Exception):
    """Why a batch is merged.

    Parameters
    ----------
    why : str
    touched : Touched, optional
        The bounds of the batch, where they are known by then.
    many : bool
        Whether its keys are more than 2000.
    is_checked : bool
        Whether what its keys imply was compared with the table.
    """

    def __init__(
        self,
        why: str,
        touched: Touched | None = None,
        many: bool = False,
        is_checked: bool = False,
    ) -> None:
        super().__init__(why)
        self.touched = touched
        self.many = many
        self.is_checked = is_checked


@dataclass(frozen=True)
class UpsertPlan:
    """Describe how a batch is upserted.

    Parameters
    ----------
    method : {"merge", "replace_where", "append_new"}
    touched : Touched
        Bounds of the target's rows that can match, from the keys and what they imply.
    winners : str
        Unless merged: the SQL predicate that exactly the keys of the rows to write meet.
    all_win : bool
        Whether those are all rows of the batch.
    counts : dict
        Unless merged: what the write will do, named as Delta names it for a MERGE, and the
        tombstones in it.
    version : int
        Unless merged: the version of the table that was looked at, which must be the newest when it
        is written.
    why : str
        Why it is merged.
    expected : dict
        What is expected of the write, as far as it is known: ``rows`` and ``bytes`` written,
        ``files`` of the table that can hold a matching row.
    """

    method: Method
    touched: Touched
    winners: str = ""
    all_win: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    version: int = -1
    why: str = ""
    expected: dict[str, int] = field(default_factory=dict)

    def to_metadata(self) -> dict[str, Any]:
        """Return the plan as commit metadata.

        Examples
        --------
        >>> UpsertPlan("merge", Touched({}), why="more than 2000 keys").to_metadata()
        {'method': 'merge', 'why': 'more than 2000 keys'}
        """
        metadata = {
            "method": self.method,
            "why": self.why,
            "expected": self.expected,
        }
        return {name: value for name, value in metadata.items() if value}


@dataclass(frozen=True)
class _FewKeys:
    """A batch whose keys were collected."""

    rows: DataFrame
    batch: pa.Table
    kinds: Mapping[str, str]
    table: TableRef
    spec: Table
    precedence: Precedence


def plan_upsert(
    rows: DataFrame,
    table: TableRef,
    spec: Table,
    precedence: Precedence | None = None,
) -> UpsertPlan:
    """Plan the upsert of a batch.

    Parameters
    ----------
    rows : DataFrame
        At most one row a key, with the hidden columns of the table, and no observation.
    table : TableRef
    spec : Table
    precedence : Precedence, optional
        Which row of a key wins, if not as the spec says.

    Returns
    -------
    UpsertPlan
        For a batch of at most 2000 keys, when this process holds the only writer's lock (a local
        path): ``append_new`` when no row of the table changes, ``replace_where`` when its rows can
        be deleted by vectors. Else ``merge``, with the reason; so it is where `write.method` names
        one that this batch cannot have.

    Notes
    -----
    One job over the batch. The rows of the table that its keys can match are looked up without a
    job, mostly. What the keys imply is compared with these rows; for a batch that is merged that is
    one more job, unless the spec proves it.
    """
    columns = bounding_columns(spec)
    kinds = {name: kind for name, kind in rows.dtypes if name in columns}
    keys = {name: kinds[name] for name in spec.write.keys}
    decided = precedence or Precedence.of(spec)
    try:
        batch = _collect_few(rows, table, spec, keys, decided)
        few = _FewKeys(
            rows,
            batch,
            keys,
            table,
            spec,
            decided,
        )
        return _plan_few(few, kinds)
    except MergeInsteadError as error:
        touched = error.touched
        if touched is None:
            found = find_touched(rows, columns, few=not error.many)
            touched = with_nulls(found, keys, rows.columns)
        if not error.is_checked:
            refuse_broken(rows, table, spec, touched)
        expected = expected_merge(table, touched)
        return UpsertPlan("merge", touched, why=str(error), expected=expected)


def _has_vectors(spec: Table) -> bool:
    """Return whether rows can be deleted by vectors, so that their files are kept."""
    return table_options(spec)["delta.enableDeletionVectors"] == "true"


def _collect_few(
    rows: DataFrame,
    table: TableRef,
    spec: Table,
    keys: Mapping[str, str],
    precedence: Precedence,
) -> pa.Table:
    """Return keys, what they imply and hidden columns of a batch whose rows can be replaced."""
    if spec.write.method == "merge":
        raise MergeInsteadError("write.method: merge")
    if precedence.fails_on_tie:
        raise MergeInsteadError("a tie is an error, which the MERGE finds")
    if table.local is None:
        raise MergeInsteadError("others may write to the table")
    if not is_exact(keys):
        raise MergeInsteadError(
            "a key column has values without a literal of their own"
        )
    hidden = [name for name in HIDDEN if name in rows.columns]
    columns = bounding_columns(spec)
    found = rows.select(*columns, *hidden).limit(MAX_KEYS + 1).toArrow()
    if found.num_rows > MAX_KEYS:
        raise MergeInsteadError(f"more than {MAX_KEYS} keys", many=True)
    return found


def _plan_few(few: _FewKeys, bounded: Mapping[str, str]) -> UpsertPlan:
    """Plan by the target's rows with the batch's keys, so that only winning rows are written."""
    touched = None
    try:
        found = touched_in(few.batch, bounded)
        touched = with_nulls(found, few.kinds, few.batch.column_names)
        looked, wins = _look_and_decide(few, touched)
    except (ValueError, OverflowError) as error:
        raise MergeInsteadError(
            "a value that Python has none for: a year, or text that is not UTF-8",
            touched,
        ) from error
    return _cheapest(few, touched, looked, wins)


def _look_and_decide(few: _FewKeys, touched: Touched) -> tuple[Looked, dict[int, bool]]:
    """Return the target's rows, and which rows of the batch replace one of them."""
    keys = tuples_of(few.batch, few.kinds)
    has_key = one_of(few.kinds, keys)
    hidden = _compared(few)
    if not keys:
        raise MergeInsteadError("no key", touched)
    if len(has_key) > MAX_TEXT:
        raise MergeInsteadError("the keys are too long", touched)
    implied = _unproven(few, touched)
    session = few.rows.sparkSession
    looked = look(session, few.table, touched, few.kinds, keys, hidden, implied)
    if implied:
        refuse_broken_rows(few.batch, looked.rows, [*few.kinds], implied, few.table)
    wins = find_winners(
        few.rows,
        few.batch,
        few.kinds,
        few.table,
        looked,
        hidden[:1] if few.precedence.upstream_decides else hidden,
        few.precedence,
    )
    return looked, wins


def _cheapest(
    few: _FewKeys, touched: Touched, looked: Looked, wins: Mapping[int, bool]
) -> UpsertPlan:
    """Return the plan that writes the winning rows only."""
    keys = tuples_of(few.batch, few.kinds)
    winners = [key for at, key in enumerate(keys) if wins.get(at, True)]
    if not winners:
        raise MergeInsteadError("no row is new or newer", touched, is_checked=True)
    updates = any(wins.values())
    if updates and not _has_vectors(few.spec):
        why = "rows change, and the table has no deletion vectors"
        raise MergeInsteadError(why, touched, is_checked=True)
    replaces = updates or few.spec.write.method == "replace_where"
    return UpsertPlan(
        "replace_where" if replaces else "append_new",
        touched,
        winners=one_of(few.kinds, winners),
        all_win=len(winners) == len(keys),
        counts=count_rows(few.batch, wins),
        version=looked.version,
        expected=expected_write(looked.files, len(winners)),
    )


def _unproven(few: _FewKeys, touched: Touched) -> tuple[str, ...]:
    """Return the columns that the keys imply by the word of the spec alone."""
    implied = unproven(few.spec)
    if not all(is_comparable(few.batch[name].type) for name in implied):
        raise MergeInsteadError(
            "a value that a key implies which only Spark can compare", touched
        )
    return implied


def _compared(few: _FewKeys) -> list[str]:
    """Return the hidden columns that decide whether a row of the batch is newer."""
    if not few.spec.write.updates_rows:
        return []
    hidden = [name for name in HIDDEN if name in few.batch.column_names]
    if not all(is_comparable(few.batch[name].type) for name in hidden):
        raise MergeInsteadError("a sequence that only Spark can compare")
    return hidden

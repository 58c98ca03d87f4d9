"""Plan an upsert as the cheapest commit that writes the rows that win."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame

from lakesmith.spec.key_implies import unproven
from lakesmith.spec.model import Table
from lakesmith.tables.create import table_options
from lakesmith.tables.pruning.estimate import estimate, expected_of
from lakesmith.tables.pruning.key_bounds import Touched, find_touched, touched_in
from lakesmith.tables.pruning.key_promise import refuse_broken, refuse_broken_rows
from lakesmith.tables.pruning.null_bounds import loosened
from lakesmith.tables.pruning.sql_literals import is_exact, one_of
from lakesmith.tables.ref import HIDDEN, TableRef
from lakesmith.tables.upsert.arrow_order import is_comparable
from lakesmith.tables.upsert.key_lookup import look
from lakesmith.tables.upsert.winners import count_verdicts, keys_of, verdicts

Method = Literal["merge", "replace_where", "append_new"]
MAX_KEYS = 2000
MAX_TEXT = 1_000_000


class MergeInsteadError(Exception):
    """Why a batch is merged.

    `touched` is what is known of it by then, `many` that its keys are more than 2000, `is_checked`
    that what its keys imply was held against the table.
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
    """How a batch is upserted.

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
        """Return the plan as commit metadata."""
        said = {"method": self.method, "why": self.why, "expected": self.expected}
        return {name: value for name, value in said.items() if value}


def plan_upsert(
    rows: DataFrame, table: TableRef, spec: Table, follows: bool = False
) -> UpsertPlan:
    """Plan the upsert of a batch.

    Parameters
    ----------
    rows : DataFrame
        At most one row a key, with the hidden columns of the table, and no observation.
    table : TableRef
    spec : Table
    follows : bool
        Whether the batch's row wins at the same sequence, since the table above has decided it.

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
    job, mostly. What the keys imply is held against these rows; for a batch that is merged that is
    one more job, unless the spec proves it.
    """
    columns = [*dict.fromkeys([*spec.write.keys, *spec.write.key_implies])]
    kinds = {name: kind for name, kind in rows.dtypes if name in columns}
    keys = {name: kinds[name] for name in spec.write.keys}
    try:
        return _planned(
            rows,
            collect_few(rows, table, spec, keys, follows),
            keys,
            kinds,
            table,
            spec,
            follows,
        )
    except MergeInsteadError as error:
        touched = error.touched or loosened(
            find_touched(rows, columns, few=not error.many), keys, rows.columns
        )
        if not error.is_checked:
            refuse_broken(rows, table, spec, touched)
        return UpsertPlan(
            "merge", touched, why=str(error), expected=expected_of(table, touched)
        )


def has_vectors(spec: Table) -> bool:
    """Tell whether rows of the table can be deleted by vectors, so that their files are kept."""
    return table_options(spec)["delta.enableDeletionVectors"] == "true"


def collect_few(
    rows: DataFrame,
    table: TableRef,
    spec: Table,
    keys: Mapping[str, str],
    follows: bool = False,
) -> pa.Table:
    """Return keys, what they imply and hidden columns of a batch whose rows can be replaced."""
    if spec.write.method == "merge":
        raise MergeInsteadError("write.method: merge")
    if spec.write.on_tie == "fail" and not follows:
        raise MergeInsteadError("a tie is an error, which the MERGE finds")
    if table.local is None:
        raise MergeInsteadError("others may write to the table")
    if not is_exact(keys):
        raise MergeInsteadError(
            "a key column has values without a literal of their own"
        )
    hidden = [name for name in HIDDEN if name in rows.columns]
    columns = dict.fromkeys([*keys, *spec.write.key_implies, *hidden])
    found = rows.select(*columns).limit(MAX_KEYS + 1).toArrow()
    if found.num_rows > MAX_KEYS:
        raise MergeInsteadError(f"more than {MAX_KEYS} keys", many=True)
    return found


def _planned(
    rows: DataFrame,
    batch: pa.Table,
    kinds: Mapping[str, str],
    bounded: Mapping[str, str],
    table: TableRef,
    spec: Table,
    follows: bool,
) -> UpsertPlan:
    """Look up the target's rows with the batch's keys, to write only newer or new rows."""
    touched = None
    try:
        touched = loosened(touched_in(batch, bounded), kinds, batch.column_names)
        keys = keys_of(batch, kinds)
        text = one_of(kinds, keys)
        hidden = _compared(batch, spec)
        if not keys or len(text) > MAX_TEXT:
            raise MergeInsteadError(
                "no key" if not keys else "the keys are too long", touched
            )
        implied = _checked(batch, spec, touched)
        looked = look(rows.sparkSession, table, touched, kinds, keys, hidden, implied)
        if implied:
            refuse_broken_rows(batch, looked.rows, [*kinds], implied, table)
        decide = hidden[:1] if follows else hidden
        wins = verdicts(
            rows, batch, kinds, table, looked, decide, follows, spec.write.keeps_first
        )
    except (ValueError, OverflowError) as error:
        raise MergeInsteadError(
            "a value that Python has none for: a year, or text that is not UTF-8",
            touched,
        ) from error
    winners = [key for at, key in enumerate(keys) if wins.get(at, True)]
    if not winners:
        raise MergeInsteadError("no row is new or newer", touched, is_checked=True)
    updates = any(wins.values())
    if updates and not has_vectors(spec):
        why = "rows change, and the table has no deletion vectors"
        raise MergeInsteadError(why, touched, is_checked=True)
    method: Method = (
        "replace_where"
        if updates or spec.write.method == "replace_where"
        else "append_new"
    )
    all_win = len(winners) == len(keys)
    counts = count_verdicts(batch, wins)
    expected = estimate(looked.files, len(winners))
    return UpsertPlan(
        method,
        touched,
        one_of(kinds, winners),
        all_win,
        counts,
        looked.version,
        expected=expected,
    )


def _checked(batch: pa.Table, spec: Table, touched: Touched) -> tuple[str, ...]:
    """Return the columns that the keys imply by the word of the spec alone."""
    implied = unproven(spec)
    if not all(is_comparable(batch[name].type) for name in implied):
        raise MergeInsteadError(
            "a value that a key implies which only Spark can compare", touched
        )
    return implied


def _compared(batch: pa.Table, spec: Table) -> list[str]:
    """Return the hidden columns that decide whether a row of the batch is newer."""
    hidden = (
        [name for name in HIDDEN if name in batch.column_names]
        if spec.write.updates_rows
        else []
    )
    if not all(is_comparable(batch[name].type) for name in hidden):
        raise MergeInsteadError("a sequence that only Spark can compare")
    return hidden

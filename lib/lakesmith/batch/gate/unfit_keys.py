"""Refuse a batch whose unfit rows have a key that nobody knows, where the key decides what goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.batch.event_fields import landed_keys
from lakesmith.batch.transform.unfit_rows import split_steps
from lakesmith.column_refs import named
from lakesmith.columns import GATE, RESCUED, UNFIT
from lakesmith.quality.check_result import CheckResult
from lakesmith.quality.guards import DELETED_ROWS
from lakesmith.spec.step_effects import changed_columns, is_user_function
from lakesmith.spec.values.sql_text import selects_column

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.quality.rule import Rule
    from lakesmith.spec.model import Table


def unfit_keys(frames: BatchFrames) -> Iterator[CheckResult]:
    """Refuse publication where the row of an unfit row could be deleted, since its key is unknown.

    Notes
    -----
    One aggregate over the batch, for a snapshot or for events of Debezium whose key is made by SQL
    or behind a step that may lose rows, else no job.
    """
    spec = frames.batch.spec
    if not (_deletes_by_key(spec) and _makes_keys_late(spec)):
        return
    rows = frames.replay.tagged
    if UNFIT not in rows.columns:
        return
    unfit = rows.filter(F.col(UNFIT).isNotNull()).count()
    if unfit:
        message = (
            f"{unfit} rows do not fit, and their key is made by SQL or behind a step that may lose "
            "rows: make the key in a step before it, or in a table upstream"
        )
        keys = ", ".join(spec.write.keys)
        yield CheckResult("unfit_keys", keys, "fail", "fail", unfit, message)


def unread_keys(
    frames: BatchFrames, gate: Mapping[str, int], committed: Mapping[str, int]
) -> Iterator[CheckResult]:
    """Refuse publication where rows are deleted that unread rows of a snapshot may stand for.

    Of a row whose key or time cannot be read nobody knows which row of the table it is.

    Parameters
    ----------
    frames : BatchFrames
    gate : mapping of str to int
        The metrics of the gate.
    committed : mapping of str to int
        What the commit counted.

    Notes
    -----
    One aggregate over the batch where rows were quarantined or dropped and others deleted, else no
    job.
    """
    write = frames.batch.spec.write
    deletes = write.takes("max_delete_share") and committed.get(DELETED_ROWS)
    stopped = gate["quarantined"] + gate["dropped"]
    if not (deletes and stopped):
        return
    needed = [*write.keys, *write.sequence_by[:1]]
    lacks = reduce(or_, [named(name).isNull() for name in needed])
    is_unread = _fails_any(frames.rules, [*needed, RESCUED])
    unread = frames.replay.tagged.filter(is_unread & lacks).count()
    if unread:
        message = (
            f"{unread} rows of the snapshot have a key or a time that cannot be read, and rows are"
            " deleted that they may stand for: land the snapshot again"
        )
        listed = ", ".join(write.keys)
        yield CheckResult("unread_keys", listed, "fail", "fail", unread, message)


def _fails_any(rules: Sequence[Rule], columns: Iterable[str]) -> Column:
    """Return whether a tagged row is not written, by a rule on one of some columns."""
    names = {name.lower() for name in columns}
    fails = F.lit(False)
    for position, rule in enumerate(rules):
        if rule.on_fail in {"quarantine", "drop"} and rule.column.lower() in names:
            fails = fails | F.col(f"{GATE}.r{position}")
    return fails


def _deletes_by_key(spec: Table) -> bool:
    if spec.write.takes("max_delete_share"):
        return True
    return spec.write.change_format == "debezium" and landed_keys(spec) is None


def _makes_keys_late(spec: Table) -> bool:
    keys = spec.write.keys
    sql = spec.sql
    if sql is not None:
        return not all(selects_column(sql, key) for key in keys)
    lowered = {key.lower() for key in keys}
    for step in split_steps(spec.steps).lossy:
        if is_user_function(step) or lowered & changed_columns(step):
            return True
    return False

"""Rules on the write: what each strategy needs and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeGuard

from lakesmith.spec.origin import Finding
from lakesmith.spec.subject import Subject

_REFUSED = {
    "append": ("keys", "sequence_by", "when_matched", "apply_as_deletes", "key_implies", "key_filter"),
    "aggregate": ("sequence_by", "when_matched", "apply_as_deletes", "key_filter"),
    "upsert": (),
}
_HINTS = {
    "append": "append adds rows and matches none; take it out, or use strategy: upsert",
    "aggregate": "aggregate replaces whole groups; take it out",
}


def write_rules(subject: Subject) -> Iterator[Finding]:
    """Require the settings of the strategy and no others."""
    write = subject.table.write
    for key in _REFUSED[write.strategy]:
        if key in write.model_fields_set and getattr(write, key) not in (None, ()):
            what = f"strategy '{write.strategy}' takes no '{key}'"
            yield Finding("LS150", f"write.{key}", what, _HINTS[write.strategy])
    if write.strategy == "upsert":
        yield from _upsert_findings(subject)
    if write.strategy == "aggregate":
        yield from _aggregate_findings(subject)


def event_date_rules(subject: Subject) -> Iterator[Finding]:
    """Require an event date that says to which date each row belongs, whatever becomes of the row."""
    name, write = subject.table.event_date, subject.table.write
    if name is None:
        return
    column = subject.table.columns.get(name)
    if column is None or column.type.strip().lower() not in ("date", "timestamp"):
        what = f"'{name}' is no column of the contract with type date or timestamp"
        yield Finding("LS154", "event_date", what, "name one, or take it out")
    elif write.strategy != "append" and name not in (*write.keys, *write.key_implies):
        what = f"'{name}' is not determined by the key"
        yield Finding("LS154", "event_date", what, "add it to write.key_implies if it is a function of the key")


def _upsert_findings(subject: Subject) -> Iterator[Finding]:
    write = subject.table.write
    if not write.keys:
        yield Finding("LS150", "write.keys", "strategy 'upsert' needs 'keys'", "name the columns that identify a row")
    if write.when_matched == "update" and not write.sequence_by:
        hint = "name the columns whose greatest value wins, or write when_matched: ignore"
        yield Finding("LS150", "write.sequence_by", "an updating upsert needs 'sequence_by'", hint)
    if write.when_matched == "ignore" and write.apply_as_deletes is not None:
        what = "'apply_as_deletes' needs when_matched: update"
        yield Finding("LS150", "write.apply_as_deletes", what, "an insert-only table cannot delete; take it out")
    for index, column in enumerate(write.partition_by):
        if column not in (*write.keys, *write.key_implies):
            what = f"partition column '{column}' is not determined by the key"
            hint = "add it to key_implies if it is a function of the key; else the same key could lie in two partitions"
            yield Finding("LS152", f"write.partition_by.{index}", what, hint)


def _aggregate_findings(subject: Subject) -> Iterator[Finding]:
    keys = subject.table.write.keys
    if not keys:
        yield Finding("LS150", "write.keys", "strategy 'aggregate' needs 'keys'", "name the columns of the groups")
    found = [(i, step["aggregate"]) for i, step in enumerate(subject.table.steps) if _is_aggregate(step)]
    if len(found) != 1 and subject.table.sql is None:
        what = f"strategy 'aggregate' needs exactly one 'aggregate' step, found {len(found)}"
        yield Finding("LS151", "steps", what, "- aggregate: {by: [...], measures: {...}}")
    for index, options in found[:1]:
        by = options.get("by") if isinstance(options, dict) else None
        if keys and isinstance(by, list) and sorted(map(str, by)) != sorted(keys):
            what = f"'by' is [{', '.join(map(str, by))}], the keys are [{', '.join(keys)}]"
            yield Finding("LS151", f"steps.{index}.aggregate.by", what, "make 'by' and write.keys the same columns")


def _is_aggregate(step: str | dict[str, Any]) -> TypeGuard[dict[str, Any]]:
    return isinstance(step, dict) and "aggregate" in step

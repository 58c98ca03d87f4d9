"""Rules on the write: what each strategy needs and refuses."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.rules.context import Subject
from lakesmith.spec.rules.history import (
    clock_findings,
    history_findings,
    repeatable_findings,
)
from lakesmith.spec.step_effects import gives_groups, options_of
from lakesmith.spec.yaml.provenance import Finding

_ROWS = (
    "keys",
    "sequence_by",
    "on_tie",
    "apply_as_deletes",
    "key_implies",
    "partition_by",
)
_TAKES = {
    "append": ("partition_by",),
    "upsert": (*_ROWS, "when_matched", "key_filter"),
    "scd2": (*_ROWS, "track_history_columns"),
    "cdc": (
        *_ROWS,
        "apply_as_truncates",
        "change_format",
        "stored_as_scd_type",
        "track_history_columns",
        "partial_updates",
        "null_means",
        "unavailable_values",
    ),
    "snapshot": (
        "keys",
        "sequence_by",
        "on_tie",
        "key_implies",
        "partition_by",
        "max_delete_share",
    ),
    "replace_partitions": ("partition_by", "allow_empty"),
    "replace_all": ("partition_by", "allow_empty"),
    "aggregate": ("keys", "key_implies", "partition_by"),
}
_NEEDS = {
    "scd2": ("keys", "sequence_by"),
    "cdc": ("keys", "sequence_by"),
    "snapshot": ("keys", "sequence_by"),
    "replace_partitions": ("partition_by",),
}
_WHY = {
    "keys": "name the columns that identify a row",
    "sequence_by": "name the columns that say which row of a key is the newer one",
    "partition_by": "name the columns whose values say what is replaced",
}
_HINTS = {
    "append": "append adds rows and matches none; take it out, or use strategy: upsert",
    "aggregate": "aggregate replaces whole groups; take it out",
    "replace_partitions": "the rows of a partition are replaced whatever their keys are; take it out",
    "replace_all": "all rows are replaced whatever their keys are; take it out",
}


def write_rules(subject: Subject) -> Iterator[Finding]:
    """Require the settings of the strategy and no others."""
    write = subject.table.write
    for key in sorted(
        write.model_fields_set - {"strategy", "method", *_TAKES[write.strategy]}
    ):
        if getattr(write, key) not in (None, ()):
            what = f"strategy '{write.strategy}' takes no '{key}'"
            yield Finding(
                "LS150", f"write.{key}", what, _HINTS.get(write.strategy, "take it out")
            )
    if write.on_tie == "fail" and not write.sequence_by:
        yield Finding(
            "LS150",
            "write.on_tie",
            "'on_tie: fail' needs 'sequence_by'",
            _WHY["sequence_by"],
        )
    for key in _NEEDS.get(write.strategy, ()):
        if not getattr(write, key):
            yield Finding(
                "LS150",
                f"write.{key}",
                f"strategy '{write.strategy}' needs '{key}'",
                _WHY[key],
            )
    if write.strategy == "upsert":
        yield from _upsert_findings(subject)
    if write.strategy in ("upsert", "scd2", "cdc", "snapshot"):
        yield from _partition_findings(subject)
    if write.change_format == "debezium":
        yield from _debezium_findings(subject)
    if write.method != "auto":
        yield from _method_findings(subject)
    if write.strategy == "aggregate":
        yield from _aggregate_findings(subject)
    if write.keeps_history:
        yield from history_findings(subject)
        yield from clock_findings(subject)
    if write.keeps_history or write.strategy == "snapshot":
        yield from repeatable_findings(subject)


def event_date_rules(subject: Subject) -> Iterator[Finding]:
    """Require an event date that says to which date each row belongs, whatever becomes of the row."""
    name = subject.table.event_date
    write = subject.table.write
    if name is None:
        return
    column = subject.table.columns.get(name)
    if column is None or column.type.strip().lower() not in ("date", "timestamp"):
        what = f"'{name}' is no column of the contract with type date or timestamp"
        yield Finding("LS154", "event_date", what, "name one, or take it out")
    elif write.strategy not in ("append", "upsert", "aggregate"):
        hint = "take it out; `run --rebuild` builds the table anew"
        yield Finding(
            "LS154",
            "event_date",
            f"strategy '{write.strategy}' cannot replace the rows of some dates",
            hint,
        )
    elif write.strategy == "aggregate" and name not in write.keys:
        what = f"'{name}' is no key: groups are told by their keys alone"
        yield Finding(
            "LS154", "event_date", what, "group by it too, and add it to write.keys"
        )
    elif write.strategy == "upsert" and name not in (*write.keys, *write.key_implies):
        what = f"'{name}' is not determined by the key"
        yield Finding(
            "LS154",
            "event_date",
            what,
            "add it to write.key_implies if it is a function of the key",
        )


def _upsert_findings(subject: Subject) -> Iterator[Finding]:
    write = subject.table.write
    if not write.keys:
        yield Finding(
            "LS150",
            "write.keys",
            "strategy 'upsert' needs 'keys'",
            "name the columns that identify a row",
        )
    if write.when_matched == "update" and not write.sequence_by:
        hint = (
            "name the columns whose greatest value wins, or write when_matched: ignore"
        )
        yield Finding(
            "LS150", "write.sequence_by", "an updating upsert needs 'sequence_by'", hint
        )
    if write.when_matched == "ignore" and write.apply_as_deletes is not None:
        what = "'apply_as_deletes' needs when_matched: update"
        yield Finding(
            "LS150",
            "write.apply_as_deletes",
            what,
            "an insert-only table cannot delete; take it out",
        )


def _debezium_findings(subject: Subject) -> Iterator[Finding]:
    """Require the key in the contract, which says what an image holds."""
    table = subject.table
    for index, key in enumerate(table.write.keys):
        if key not in table.columns:
            hint = (
                "declare it in columns, with `source` where the image has another name"
            )
            yield Finding(
                "LS150",
                f"write.keys.{index}",
                f"'{key}' is no column of the contract",
                hint,
            )


def _partition_findings(subject: Subject) -> Iterator[Finding]:
    write = subject.table.write
    for index, column in enumerate(write.partition_by):
        if column not in (*write.keys, *write.key_implies):
            what = f"partition column '{column}' is not determined by the key"
            hint = "add it to key_implies if it is a function of the key; else the same key could lie in two partitions"
            yield Finding("LS152", f"write.partition_by.{index}", what, hint)


def _method_findings(subject: Subject) -> Iterator[Finding]:
    write = subject.table.write
    if write.strategy != "upsert":
        what = f"strategy '{write.strategy}' takes no 'method'"
        yield Finding(
            "LS158", "write.method", what, "only upserts have several; take it out"
        )
    elif (
        write.method == "append_new"
    ) == write.updates_rows and write.method != "merge":
        sequence = " and a sequence_by" if write.keeps_first else ""
        what = f"method '{write.method}' cannot be done with when_matched: {write.when_matched}{sequence}"
        hint = (
            "append_new only adds rows, replace_where replaces them; write method: auto"
        )
        yield Finding("LS159", "write.method", what, hint)
    elif write.method == "replace_where" and not _keeps_files(subject):
        what = "method 'replace_where' needs deletion vectors"
        yield Finding(
            "LS159",
            "write.method",
            what,
            "take delta.enableDeletionVectors out of properties",
        )


def _keeps_files(subject: Subject) -> bool:
    return (
        subject.table.properties.get("delta.enableDeletionVectors", "true").lower()
        == "true"
    )


def _aggregate_findings(subject: Subject) -> Iterator[Finding]:
    keys = subject.table.write.keys
    if not keys:
        yield Finding(
            "LS150",
            "write.keys",
            "strategy 'aggregate' needs 'keys'",
            "name the columns of the groups",
        )
    found = [
        (i, step) for i, step in enumerate(subject.table.steps) if gives_groups(step)
    ]
    if len(found) != 1 and subject.table.sql is None:
        what = f"strategy 'aggregate' needs exactly one 'aggregate' step, found {len(found)}"
        yield Finding(
            "LS151", "steps", what, "- aggregate: {by: [...], measures: {...}}"
        )
    for index, step in found[:1]:
        by = options_of(step).get("by")
        if keys and isinstance(by, list) and sorted(map(str, by)) != sorted(keys):
            what = (
                f"'by' is [{', '.join(map(str, by))}], the keys are [{', '.join(keys)}]"
            )
            yield Finding(
                "LS151",
                f"steps.{index}.aggregate.by",
                what,
                "make 'by' and write.keys the same columns",
            )

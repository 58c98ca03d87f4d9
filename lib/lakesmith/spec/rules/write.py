"""Check the write settings against what the strategy declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.spec.rules.history import (
    clock_findings,
    history_findings,
    repeatable_findings,
)
from lakesmith.spec.step_effects import gives_groups, options_of
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.rules.context import Subject

_MAPPING = "delta.columnMapping.mode"


def write_rules(subject: Subject) -> Iterator[Finding]:
    """Require the settings of the strategy and no others."""
    write = subject.table.write
    yield from _refused_findings(subject)
    yield from _needed_findings(subject)
    if write.takes("keys") and not write.recomputes:
        yield from _partition_findings(subject)
    if write.change_format == "debezium":
        yield from _debezium_findings(subject)
    if write.method != "auto":
        yield from _method_findings(subject)
    if write.recompute_unit == "group":
        yield from _aggregate_findings(subject)
    if write.keeps_history:
        yield from history_findings(subject)
        yield from clock_findings(subject)
    if write.declared.rereads_input:
        yield from repeatable_findings(subject)


def property_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse the table properties with which no table can be created and written."""
    mode = subject.table.properties.get(_MAPPING, "none")
    if mode.lower() != "none":
        what = "a table whose changes are recorded is not created with column mapping"
        hint = "take it out: it is set when a column is renamed (renamed_from)"
        yield Finding("LS191", f"properties.{_MAPPING}", what, hint)


def event_date_rules(subject: Subject) -> Iterator[Finding]:
    """Require an event date that tells to which date each row belongs."""
    name = subject.table.event_date
    write = subject.table.write
    if name is None:
        return
    column = subject.table.columns.get(name)
    backfill = write.declared.backfill
    if column is None or column.type.strip().lower() not in ("date", "timestamp"):
        what = f"'{name}' is no column of the contract with type date or timestamp"
        yield Finding("LS154", "event_date", what, "name one, or take it out")
    elif not backfill:
        what = f"strategy '{write.strategy}' cannot replace the rows of some dates"
        hint = "take it out; `run --rebuild` builds the table from scratch"
        yield Finding("LS154", "event_date", what, hint)
    elif backfill == "groups" and name not in write.keys:
        what = f"'{name}' is no key: groups are identified by their keys alone"
        hint = "group by it too, and add it to write.keys"
        yield Finding("LS154", "event_date", what, hint)
    elif write.takes("keys") and name not in (*write.keys, *write.key_implies):
        what = f"'{name}' is not determined by the key"
        hint = "add it to write.key_implies if it is a function of the key"
        yield Finding("LS154", "event_date", what, hint)


def _refused_findings(subject: Subject) -> Iterator[Finding]:
    """Refuse settings that have no effect on the strategy."""
    write = subject.table.write
    accepted = {"strategy", "method", *write.declared.takes}
    for key in sorted(write.model_fields_set - accepted):
        if getattr(write, key) not in (None, ()):
            what = f"strategy '{write.strategy}' takes no '{key}'"
            yield Finding("LS150", f"write.{key}", what, write.declared.hint)


def _needed_findings(subject: Subject) -> Iterator[Finding]:
    """Require the settings without which the strategy, or another setting, has no meaning."""
    write = subject.table.write
    if write.on_tie == "fail" and not write.sequence_by:
        what = "'on_tie: fail' needs 'sequence_by'"
        hint = "name the columns that say which row of a key is the newer one"
        yield Finding("LS150", "write.on_tie", what, hint)
    for key, hint in write.declared.needs.items():
        if not getattr(write, key):
            what = f"strategy '{write.strategy}' needs '{key}'"
            yield Finding("LS150", f"write.{key}", what, hint)
    if not write.takes("when_matched"):
        return
    if write.when_matched == "update" and not write.sequence_by:
        what = f"an updating {write.strategy} needs 'sequence_by'"
        hint = (
            "name the columns whose greatest value wins, or write when_matched: ignore"
        )
        yield Finding("LS150", "write.sequence_by", what, hint)
    if write.when_matched == "ignore" and write.apply_as_deletes is not None:
        what = "'apply_as_deletes' needs when_matched: update"
        hint = "an insert-only table cannot delete; take it out"
        yield Finding("LS150", "write.apply_as_deletes", what, hint)


def _debezium_findings(subject: Subject) -> Iterator[Finding]:
    """Require the key in the contract, which says what an image holds."""
    table = subject.table
    hint = "declare it in columns, with `source` where the image has another name"
    for index, key in enumerate(table.write.keys):
        if key not in table.columns:
            what = f"'{key}' is no column of the contract"
            yield Finding("LS150", f"write.keys.{index}", what, hint)


def _partition_findings(subject: Subject) -> Iterator[Finding]:
    """Require partitions that the key determines, so that a key is in one of them."""
    write = subject.table.write
    hint = (
        "add it to key_implies if it is a function of the key; "
        "else the same key could be in two partitions"
    )
    for index, column in enumerate(write.partition_by):
        if column not in (*write.keys, *write.key_implies):
            what = f"partition column '{column}' is not determined by the key"
            yield Finding("LS152", f"write.partition_by.{index}", what, hint)


def _method_findings(subject: Subject) -> Iterator[Finding]:
    write = subject.table.write
    only_adds = write.method == "append_new"
    if not write.takes("method"):
        what = f"strategy '{write.strategy}' takes no 'method'"
        hint = "only upserts have several; take it out"
        yield Finding("LS158", "write.method", what, hint)
    elif only_adds == write.updates_rows and write.method != "merge":
        sequence = " and a sequence_by" if write.keeps_first else ""
        setting = f"when_matched: {write.when_matched}{sequence}"
        what = f"method '{write.method}' cannot be done with {setting}"
        hint = (
            "append_new only adds rows, replace_where replaces them; write method: auto"
        )
        yield Finding("LS159", "write.method", what, hint)
    elif write.method == "replace_where" and not _has_deletion_vectors(subject):
        what = "method 'replace_where' needs deletion vectors"
        hint = "take delta.enableDeletionVectors out of properties"
        yield Finding("LS159", "write.method", what, hint)


def _has_deletion_vectors(subject: Subject) -> bool:
    properties = subject.table.properties
    return properties.get("delta.enableDeletionVectors", "true").lower() == "true"


def _aggregate_findings(subject: Subject) -> Iterator[Finding]:
    """Require one `aggregate` step, over exactly the keys."""
    table = subject.table
    keys = table.write.keys
    aggregates = [
        (index, step) for index, step in enumerate(table.steps) if gives_groups(step)
    ]
    if len(aggregates) != 1 and table.sql is None:
        what = (
            f"strategy '{table.write.strategy}' needs exactly one 'aggregate' step, "
            f"found {len(aggregates)}"
        )
        hint = "- aggregate: {by: [...], measures: {...}}"
        yield Finding("LS151", "steps", what, hint)
    for index, step in aggregates[:1]:
        by = options_of(step).get("by")
        if keys and isinstance(by, list) and sorted(map(str, by)) != sorted(keys):
            grouped = ", ".join(map(str, by))
            what = f"'by' is [{grouped}], the keys are [{', '.join(keys)}]"
            hint = "make 'by' and write.keys the same columns"
            yield Finding("LS151", f"steps.{index}.aggregate.by", what, hint)

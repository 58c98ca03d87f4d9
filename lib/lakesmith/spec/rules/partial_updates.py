"""Check the envelope of change events, and events that leave values as they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.columns import ENVELOPE, PAYLOAD
from lakesmith.spec.step_effects import (
    Step,
    derived_columns,
    filtering_columns,
    name_of,
    record_of,
)
from lakesmith.spec.steps import lowered
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.spec.rules.context import Subject


def event_rules(subject: Subject) -> Iterator[Finding]:
    """Require an envelope, settings and steps that fit change events."""
    write = subject.table.write
    if not write.takes("partial_updates"):
        return
    if write.change_format == "debezium":
        yield from _envelope_findings(subject)
    yield from _setting_findings(subject.table)
    yield from _placeholder_findings(subject.table)
    if write.partial_updates:
        yield from _step_findings(subject.table)


def _envelope_findings(subject: Subject) -> Iterator[Finding]:
    upstream = subject.upstream()
    if upstream is None:
        return
    source = subject.project.sources.get(upstream.source_name or "")
    if source is None:
        return
    present = {name.lower() for name in source.columns}
    missing = [name for name in ENVELOPE if name not in present]
    if missing and PAYLOAD not in present:
        what = (
            f"'{subject.table.from_}' has no column {', '.join(missing)}, "
            "as change_format: debezium needs"
        )
        hint = (
            "name op, before and after in the columns of the source, "
            "or payload where events come with their schema"
        )
        yield Finding("LS170", "write.change_format", what, hint)


def _setting_findings(table: Table) -> Iterator[Finding]:
    write = table.write
    is_flat = write.change_format == "flat"
    reads_null = write.null_means != "unchanged"
    if not reads_null and not write.partial_updates:
        what = "'null_means: unchanged' needs 'partial_updates: true'"
        hint = "add partial_updates: true, or take it out"
        yield Finding("LS168", "write.null_means", what, hint)
    if write.partial_updates and is_flat and reads_null:
        what = "flat events cannot tell a field that is absent from one that is NULL"
        hint = "write null_means: unchanged; NULL then keeps the old value"
        yield Finding("LS168", "write.partial_updates", what, hint)
    if write.leaves_values and not table.columns and is_flat:
        what = "events that leave values as they were need a contract"
        hint = "declare the columns, since only they say which fields an event lacks"
        yield Finding("LS168", "columns", what, hint)
    if write.partial_updates and table.on_schema_change == "rescue":
        what = "'rescue' does not go with partial_updates"
        hint = "use on_schema_change: add or widen"
        yield Finding("LS168", "on_schema_change", what, hint)
    if write.leaves_values and write.keeps_newest and table.nondeterministic:
        what = (
            "events that leave values as they were are read again, "
            "and must give the same rows"
        )
        hint = (
            "take it out, and take clock and chance out of the steps; "
            "or write unavailable_values: []"
        )
        yield Finding("LS168", "nondeterministic", what, hint)


def _placeholder_findings(table: Table) -> Iterator[Finding]:
    what = "a blank text stands for no value"
    hint = "write the text that the connector has in unavailable.value.placeholder"
    for index, text in enumerate(table.write.unavailable_values):
        if not text.strip():
            yield Finding("LS168", f"write.unavailable_values.{index}", what, hint)


def _step_findings(table: Table) -> Iterator[Finding]:
    """Refuse what would be computed from values that an event lacks."""
    hint = "compute it in a table downstream, which sees whole rows"
    if table.sql is not None:
        what = "sql sees events, and these have only some values of a row"
        yield Finding("LS169", "sql", what, hint)
    for index, step in enumerate(table.steps):
        what = _problem(table, step)
        if what:
            yield Finding("LS169", f"steps.{index}", what, hint)


def _problem(table: Table, step: Step) -> str:
    name = name_of(step)
    record = record_of(step)
    if record and not record.is_row_wise:
        return f"'{name}' sees events, and these have only some values of a row"
    may_lack = _may_lack(table)
    deciding = filtering_columns(step) & may_lack
    if deciding:
        return _of_others(f"'{name}'", deciding)
    contract = lowered(table.columns)
    for column, parts in derived_columns(step).items():
        others = ((parts or frozenset()) & may_lack) - {column}
        if column in contract and others:
            return _of_others(f"'{column}'", others)
    return ""


def _of_others(what: str, names: frozenset[str]) -> str:
    return f"{what} is made of {', '.join(sorted(names))}, which an event may lack"


def _may_lack(table: Table) -> frozenset[str]:
    write = table.write
    settled = (*write.keys, *write.sequence_by, *write.key_implies)
    return lowered(table.columns) - lowered(settled)

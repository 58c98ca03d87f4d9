"""Rules on change events: their envelope, and what an event that leaves values as they were allows."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.columns import ENVELOPE, PAYLOAD
from lakesmith.spec.model import Table
from lakesmith.spec.rules.context import Subject
from lakesmith.spec.step_effects import (
    Step,
    derived_columns,
    filtering_columns,
    name_of,
    record_of,
)
from lakesmith.spec.steps import lowered
from lakesmith.spec.yaml.provenance import Finding


def event_rules(subject: Subject) -> Iterator[Finding]:
    """Require the envelope that a table reads, and settings and steps that fit events which tell only some values."""
    write = subject.table.write
    if write.strategy != "cdc":
        return
    if write.change_format == "debezium":
        yield from _envelope_findings(subject)
    yield from _setting_findings(subject.table)
    if write.partial_updates:
        yield from _step_findings(subject.table)


def _envelope_findings(subject: Subject) -> Iterator[Finding]:
    upstream = subject.upstream()
    source = (
        subject.project.sources.get(upstream.from_.partition(".")[2])
        if upstream
        else None
    )
    if source is None:
        return
    arriving = {name.lower() for name in source.columns}
    missing = [name for name in ENVELOPE if name not in arriving]
    if missing and PAYLOAD not in arriving:
        what = f"'{subject.table.from_}' has no column {', '.join(missing)}, as change_format: debezium needs"
        hint = "name op, before and after in the columns of the source, or payload where events come with their schema"
        yield Finding("LS170", "write.change_format", what, hint)


def _setting_findings(table: Table) -> Iterator[Finding]:
    write = table.write
    if write.null_means == "unchanged" and not write.partial_updates:
        what = "'null_means: unchanged' needs 'partial_updates: true'"
        yield Finding(
            "LS168",
            "write.null_means",
            what,
            "add partial_updates: true, or take it out",
        )
    if (
        write.partial_updates
        and write.change_format == "flat"
        and write.null_means != "unchanged"
    ):
        what = "flat events do not tell a field that is absent from one that is NULL"
        hint = "write null_means: unchanged; NULL then keeps the old value"
        yield Finding("LS168", "write.partial_updates", what, hint)
    if write.leaves_values and not table.columns and write.change_format == "flat":
        hint = "declare the columns; without a contract nothing says which fields an event lacks"
        yield Finding(
            "LS168",
            "columns",
            "events that leave values as they were need a contract",
            hint,
        )
    if write.partial_updates and table.on_schema_change == "rescue":
        hint = "use on_schema_change: add or widen"
        yield Finding(
            "LS168",
            "on_schema_change",
            "'rescue' does not go with partial_updates",
            hint,
        )
    if write.leaves_values and write.keeps_newest and table.nondeterministic:
        what = "events that leave values as they were are read again, and must give the same rows"
        hint = "take it out, and take clock and chance out of the steps; or write unavailable_values: []"
        yield Finding("LS168", "nondeterministic", what, hint)
    for index, text in enumerate(write.unavailable_values):
        if not text.strip():
            hint = "write the text as the connector has it in unavailable.value.placeholder"
            yield Finding(
                "LS168",
                f"write.unavailable_values.{index}",
                "a blank text stands for no value",
                hint,
            )


def _step_findings(table: Table) -> Iterator[Finding]:
    """Refuse what would be computed of values that an event lacks."""
    hint = "compute it in a table downstream, which sees whole rows"
    if table.sql is not None:
        yield Finding(
            "LS169",
            "sql",
            "sql sees events, and these tell only some values of a row",
            hint,
        )
    for index, step in enumerate(table.steps):
        what = _problem(table, step)
        if what:
            yield Finding("LS169", f"steps.{index}", what, hint)


def _problem(table: Table, step: Step) -> str:
    name = name_of(step)
    record = record_of(step)
    if record and not record.is_row_wise:
        return f"'{name}' sees events, and these tell only some values of a row"
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

"""Check the envelope of change events, and events that leave values as they were."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from lakesmith.spec.model import Table
from lakesmith.spec.rules.context import Subject
from lakesmith.spec.window_scope import Step, changed_by, name_of, sql_tokens
from lakesmith.spec.yaml.provenance import Finding

ENVELOPE = ("op", "before", "after")
PAYLOAD = "payload"
_TOGETHER = ("aggregate", "dedupe", "join")


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
    source = subject.project.sources.get(upstream.from_.partition(".")[2])
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
    if name in _TOGETHER:
        return f"'{name}' sees events, and these have only some values of a row"
    lacking = _may_lack(table)
    if name == "filter":
        return _made_of("a filter", _names(str(_value(step))) & lacking)
    contract = {column.lower() for column in table.columns}
    for column, names in _parts_of(step).items():
        others = (names & lacking) - {column}
        if column in contract and others:
            return _made_of(f"'{column}'", others)
    return ""


def _parts_of(step: Step) -> dict[str, frozenset[str]]:
    """Return the columns that a step computes, each with those it is made of."""
    name = name_of(step)
    value = _value(step)
    if name == "with_columns":
        return {column.lower(): _names(str(sql)) for column, sql in value.items()}
    if name == "date_parts":
        of = frozenset({str(value.get("column")).lower()})
        return dict.fromkeys(changed_by(step), of)
    if name == "hash_key" and isinstance(value.get("of"), list):
        parts = frozenset(str(part).lower() for part in value["of"])
        return {str(value.get("name")).lower(): parts}
    return {}


def _made_of(what: str, names: Set[str]) -> str:
    if not names:
        return ""
    return f"{what} is made of {', '.join(sorted(names))}, which an event may lack"


def _may_lack(table: Table) -> frozenset[str]:
    write = table.write
    settled = (*write.keys, *write.sequence_by, *write.key_implies)
    given = {name.lower() for name in settled}
    return frozenset(name.lower() for name in table.columns) - given


def _names(sql: str) -> frozenset[str]:
    tokens = [token for token in sql_tokens(sql) if token[:1] not in "'\""]
    return frozenset(token.strip("`").lower() for token in tokens)


def _value(step: Step) -> Any:
    return {} if isinstance(step, str) else next(iter(step.values()), None) or {}

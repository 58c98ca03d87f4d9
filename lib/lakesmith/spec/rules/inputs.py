"""Check what a table reads, its names, its layers, and upstreams whose rows change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.spec.change_semantics import (
    changes_rows,
    deletes_without_trace,
    has_keys_of,
    keeps_first_of,
    retyped,
)
from lakesmith.spec.rules.key_lineage import has_other_sequence, keys_are_others
from lakesmith.spec.yaml.provenance import Finding, suggest

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.spec.rules.context import Subject

RESERVED_SUFFIX = "__quarantine"
_NOT_IN_BRONZE = ("inputs", "columns", "steps", "sql", "checks")


def name_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse a table that is named like the quarantine of another."""
    if subject.name.endswith(RESERVED_SUFFIX):
        what = f"names ending in '{RESERVED_SUFFIX}' are reserved"
        yield Finding("LS124", "", what, "rename the file")


def input_rules(subject: Subject) -> Iterator[Finding]:
    """Require that what a table reads exists, and that its layer may read it."""
    table = subject.table
    inputs = {f"inputs.{key}": name for key, name in table.inputs.items()}
    for key, name in {"from": table.from_, **inputs}.items():
        if name not in subject.known:
            hint = suggest(name, subject.known, "there are")
            yield Finding("LS120", key, f"'{name}' does not exist", hint)
    reads_source = table.source_name is not None
    if subject.layer == "bronze" and not reads_source:
        what = f"a bronze table reads '{table.from_}'"
        yield Finding("LS121", "from", what, "bronze reads from sources.<name> only")
    if subject.layer != "bronze" and reads_source:
        what = f"a {subject.layer} table reads '{table.from_}' directly"
        hint = (
            "land it in a bronze table first, "
            f"then read bronze.<name> in {subject.layer}"
        )
        yield Finding("LS121", "from", what, hint)


def bronze_rules(subject: Subject) -> Iterator[Finding]:
    """Keep bronze as raw input, with nothing cast, changed, checked or replaced."""
    if subject.layer != "bronze":
        return
    write = subject.table.write
    hint = "bronze keeps raw input; do it in a silver table"
    for key in _NOT_IN_BRONZE:
        if getattr(subject.table, key):
            yield Finding("LS123", key, f"a bronze table has no '{key}'", hint)
    if write.declared.emits != "appends":
        what = f"a bronze table cannot '{write.strategy}', it appends"
        yield Finding("LS123", "write.strategy", what, hint)
    if write.partition_by:
        what = (
            "a bronze table cannot be partitioned: raw input is text, "
            "and not every text names a directory"
        )
        hint = (
            "cluster it (maintenance.cluster_by), or partition a silver table; "
            "`run --rebuild` fixes one that is partitioned"
        )
        yield Finding("LS123", "write.partition_by", what, hint)


def upstream_rules(subject: Subject) -> Iterator[Finding]:
    """Require that a table written row by row reads rows that stay, or can replace them."""
    upstream = subject.upstream()
    table = subject.table
    if upstream is None or table.write.recomputes:
        return
    if deletes_without_trace(upstream):
        what = (
            f"rows of '{table.from_}' are deleted without a trace; "
            f"this table is written row by row ('{table.write.strategy}')"
        )
        hint = "use strategy: aggregate, replace_partitions or replace_all"
        yield Finding("LS153", "write.strategy", what, hint)
    elif changes_rows(upstream):
        yield from _changed_row_findings(table, upstream)


def _changed_row_findings(table: Table, upstream: Table) -> Iterator[Finding]:
    name = table.from_
    write = table.write
    changes = f"rows of '{name}' change later"
    if not write.takes("keys"):
        what = f"{changes}; appending would keep the old ones beside the new"
        hint = "use strategy: upsert with keys, or strategy: aggregate"
        yield Finding("LS153", "write.strategy", what, hint)
    elif upstream.write.keeps_first and not keeps_first_of(table, upstream):
        sequence = ", ".join(upstream.write.sequence_by)
        what = (
            f"rows of '{name}' are replaced by earlier ones, "
            "which this table would take for old"
        )
        hint = f"use when_matched: ignore with sequence_by: [{sequence}], or aggregate"
        yield Finding("LS153", "write.when_matched", what, hint)
    elif write.when_matched == "ignore" and not upstream.write.keeps_first:
        what = f"{changes}; 'when_matched: ignore' would keep the old ones"
        hint = "use when_matched: update with sequence_by"
        yield Finding("LS153", "write.when_matched", what, hint)
    elif write.declared.needs_raw_input:
        what = f"{changes}; {write.strategy} reads every change as raw input"
        hint = "read the bronze table that keeps the raw input"
        yield Finding("LS153", "write.strategy", what, hint)
    elif _has_other_keys(table, upstream):
        keys = ", ".join(upstream.write.keys)
        what = (
            f"{changes}, and its keys are others; "
            "a row that changes its key here would stay"
        )
        hint = f"use the keys of '{name}' ({keys}), or strategy: aggregate"
        yield Finding("LS153", "write.keys", what, hint)
    elif has_other_sequence(table, upstream):
        sequence = ", ".join(upstream.write.sequence_by)
        what = f"{changes} by ({sequence}); this table would take some of them for old"
        hint = f"use sequence_by: [{sequence}], or leave it out: '{name}' has decided"
        yield Finding("LS153", "write.sequence_by", what, hint)
    else:
        yield from _key_type_findings(table, upstream)


def _has_other_keys(table: Table, upstream: Table) -> bool:
    if table.sql:
        return False
    if table.steps:
        return keys_are_others(table, upstream)
    return not has_keys_of(table, upstream)


def _key_type_findings(table: Table, upstream: Table) -> Iterator[Finding]:
    """Refuse a key of another type, by which two rows of the upstream may become one."""
    for key, (own, theirs) in retyped(table, upstream, table.write.keys):
        what = (
            f"key '{key}' is {theirs} in '{table.from_}' and {own} here: one row may be made of"
            " several, and a delete of one takes it away"
        )
        hint = f"declare it as {theirs} in both tables"
        yield Finding("LS153", "write.keys", what, hint)

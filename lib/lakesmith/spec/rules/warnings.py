"""Find mistakes in valid specs, which are the warnings of `validate`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.spec.change_semantics import read_from
from lakesmith.spec.rules.history import clocks_of, follows_newest, makes_column
from lakesmith.spec.step_effects import name_of, options_of
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model import Project, Table


def find_warnings(project: Project) -> Iterator[Finding]:
    """Find what deserves a warning in a project whose specs are valid.

    Yields
    ------
    Finding
        LS166 for change events that are ordered by milliseconds only, LS167 for a history that is
        ordered by another column than the deletes of its upstream, LS189 for a hash of all raw
        fields where the source may get more of them, LS194 for a history of a table that keeps the
        newest rows only.
    """
    for name in project.table_names():
        table = project.table(name)
        key = f"tables.{name}.write.sequence_by"
        if _is_by_millisecond(table):
            what = "events of one millisecond have no order, so that deletes win"
            hint = (
                "sequence by the log position too: [ts_ms, lsn], with lsn from a step"
            )
            yield Finding("LS166", key, what, hint)
        if _has_other_sequence(project, table):
            yield _other_sequence(project, table, key)
        yield from _growing_hashes(project, table, f"tables.{name}")
        if follows_newest(project, name):
            yield _seen_versions(table, f"tables.{name}.from")


def _seen_versions(table: Table, key: str) -> Finding:
    what = (
        f"'{table.from_}' keeps the newest rows only, so that the versions are those that runs"
        " saw: changes between two runs are one"
    )
    hint = f"read what '{table.from_}' reads, which has all events, where each version counts"
    return Finding("LS194", key, what, hint)


def _growing_hashes(project: Project, table: Table, key: str) -> Iterator[Finding]:
    """Find hashes of the raw fields of a source with fields that are not always there."""
    if table.from_ not in project.table_names():
        return
    source = project.table(table.from_).source_name
    spec = project.sources.get(source) if source else None
    if not getattr(spec, "optional_columns", ()):
        return
    for index, step in enumerate(table.steps):
        options = options_of(step)
        if name_of(step) == "hash_key" and options.get("of") == "raw":
            what = (
                "a field that the source declares later changes the hash of every row"
            )
            hint = "list the fields that make a row: `of: [id, v]`"
            yield Finding("LS189", f"{key}.steps.{index}", what, hint)


def _is_by_millisecond(table: Table) -> bool:
    write = table.write
    if write.change_format != "debezium" or len(write.sequence_by) != 1:
        return False
    (name,) = write.sequence_by
    is_made = any(isinstance(step, dict) and name in str(step) for step in table.steps)
    return not is_made and read_from(table, name).lower() == "ts_ms"


def _has_other_sequence(project: Project, table: Table) -> bool:
    if not table.write.keeps_history or table.from_ not in project.table_names():
        return False
    upstream = project.table(table.from_)
    if not _deletes_rows(upstream) or clocks_of(project, table.from_) is not None:
        return False
    name = table.write.sequence_by[0]
    is_same = read_from(table, name).lower() == upstream.write.sequence_by[0].lower()
    return not is_same and not makes_column(table, name)


def _deletes_rows(table: Table) -> bool:
    write = table.write
    has_deletes = write.apply_as_deletes is not None
    return write.keeps_newest and (has_deletes or write.change_format == "debezium")


def _other_sequence(project: Project, table: Table, key: str) -> Finding:
    upstream_sequence = project.table(table.from_).write.sequence_by[0]
    own_sequence = table.write.sequence_by[0]
    what = (
        f"'{table.from_}' orders deletes by '{upstream_sequence}'; a delete with the"
        f" old '{own_sequence}' of its row would remove the version that began there"
    )
    hint = (
        f"sequence by '{upstream_sequence}' first, unless deletes have a new"
        f" '{own_sequence}'"
    )
    return Finding("LS167", key, what, hint)

"""What a sound spec may still get wrong: warnings of `validate`."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.change_semantics import read_from
from lakesmith.spec.model import Project, Table
from lakesmith.spec.rules.history import clocks_of, makes_column
from lakesmith.spec.yaml.provenance import Finding


def cautions(project: Project) -> Iterator[Finding]:
    """Find what deserves a warning in a project whose specs are sound.

    Yields
    ------
    Finding
        LS166 for change events that the millisecond alone puts in order, LS167 for a history by another clock than
        that of its upstream's deletes.
    """
    for name in project.table_names():
        table = project.table(name)
        key = f"tables.{name}.write.sequence_by"
        if _is_by_millisecond(table):
            what = "events of one millisecond have no order: a delete and an insert that follows it leave no row"
            yield Finding(
                "LS166",
                key,
                what,
                "sequence by the position in the log too: [ts_ms, lsn], lsn by a step",
            )
        if _has_other_clock(project, table):
            clock = project.table(table.from_).write.sequence_by[0]
            what = f"'{table.from_}' deletes by '{clock}': a delete whose row kept its '{table.write.sequence_by[0]}'"
            what += " would take back the version that began then"
            yield Finding(
                "LS167",
                key,
                what,
                f"sequence by '{clock}' first, unless deletes bring an instant of their own",
            )


def _is_by_millisecond(table: Table) -> bool:
    write = table.write
    if write.change_format != "debezium" or len(write.sequence_by) != 1:
        return False
    (name,) = write.sequence_by
    made = any(isinstance(step, dict) and name in str(step) for step in table.steps)
    return not made and read_from(table, name).lower() == "ts_ms"


def _has_other_clock(project: Project, table: Table) -> bool:
    if not table.write.keeps_history or table.from_ not in project.table_names():
        return False
    upstream = project.table(table.from_)
    name = table.write.sequence_by[0]
    deletes = (
        upstream.write.apply_as_deletes is not None
        or upstream.write.change_format == "debezium"
    )
    if (
        not (deletes and upstream.write.keeps_newest)
        or clocks_of(project, table.from_) is not None
    ):
        return False
    is_same = read_from(table, name).lower() == upstream.write.sequence_by[0].lower()
    return not is_same and not makes_column(table, name)

"""Check that rows which a step looks at together are all in one computation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from lakesmith.spec.rules.columns import arriving_columns
from lakesmith.spec.rules.steps import is_step
from lakesmith.spec.step_effects import (
    Step,
    changed_columns,
    gives_groups,
    groupings,
    name_of,
    record_of,
    repeats_write,
)
from lakesmith.spec.steps import lowered
from lakesmith.spec.values.sql_text import sql_tokens
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.spec.rules.context import Subject

# Words of SQL by which a row stays or goes because of others.
_CHOOSING = frozenset(("having", "limit", "over", "qualify"))
NumberedSteps = Sequence[tuple[int, Step]]


def group_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse a step that looks at rows together which may be computed in different batches."""
    write = subject.table.write
    steps = [
        (index, step) for index, step in enumerate(subject.table.steps) if is_step(step)
    ]
    if write.recompute_unit == "group":
        # How 'by' and the keys go together is LS151.
        yield from _across_findings(steps, _groups_of(steps), "group")
    elif write.recompute_unit == "partition":
        partition = lowered(write.partition_by)
        yield from _across_findings(steps, partition, "partition")
        yield from _sql_findings(subject, partition)
    elif write.recompute_unit != "table":
        yield from _group_findings(steps)
        yield from _batch_findings(subject.table, steps)


def _sql_findings(subject: Subject, partition: frozenset[str]) -> Iterator[Finding]:
    """Refuse SQL that chooses among the rows of a partition which no row tells before it.

    The partitions that changed rows touch would be those that SQL makes of these rows alone.
    """
    tokens = [word.lower() for word in sql_tokens(subject.table.sql or "")]
    arriving = arriving_columns(subject)
    known = lowered((*arriving, *subject.table.columns))
    renamed = {name for before, name in pairwise(tokens) if before in {"as", ")"}}
    made = sorted((partition - known) | (partition & renamed)) if arriving else []
    words = sorted(_CHOOSING & {*tokens})
    if made and words:
        what = (
            f"SQL with {words[0].upper()} makes the partition column {made[0]} itself"
        )
        hint = (
            f"make {made[0]} in a table upstream; or set write.strategy: replace_all, which"
            " computes all rows together"
        )
        yield Finding("LS164", "sql", what, hint)


def _groups_of(steps: NumberedSteps) -> frozenset[str]:
    """Return the columns of the first step that gives groups."""
    grouped = [groupings(step)[:1] for _, step in steps if gives_groups(step)]
    if grouped:
        return frozenset().union(*grouped[0])
    return frozenset()


def _group_findings(steps: NumberedSteps) -> Iterator[Finding]:
    hint = (
        "set write.strategy: aggregate, which computes the groups that a change touches"
        " from all their rows"
    )

    for index, step in steps:
        if gives_groups(step):
            what = f"'{name_of(step)}' would group each batch alone"
            yield Finding("LS164", f"steps.{index}", what, hint)


def _batch_findings(table: Table, steps: NumberedSteps) -> Iterator[Finding]:
    """Refuse a step that looks at the rows of a batch together, which other batches would not."""
    hint = (
        "set write.strategy: replace_all or replace_partitions, or declare"
        " nondeterministic: true, which lets rows depend on their batch"
    )

    for index, step in steps:
        record = record_of(step)
        # How steps that need all rows may stand is LS184.
        is_known = gives_groups(step) or (record and record.needs_whole)
        depends = groupings(step) and not is_known
        if depends and not (table.nondeterministic or repeats_write(step, table.write)):
            what = f"'{name_of(step)}' looks at the rows of each batch together"
            yield Finding("LS164", f"steps.{index}", what, hint)


def _across_findings(
    steps: NumberedSteps, groups: frozenset[str], unit: str
) -> Iterator[Finding]:
    """Refuse a step that looks across groups, and one that later moves rows between groups."""
    has_looked = False
    for index, step in steps:
        together = groupings(step)
        has_looked = has_looked or bool(together)
        lacking = sorted({name for columns in together for name in groups - columns})
        if lacking:
            what = f"'{name_of(step)}' looks at rows of several {unit}s together"
            yield Finding("LS164", f"steps.{index}", what, _add_hint(step, lacking))
        moved = sorted(groups & changed_columns(step)) if has_looked else []
        if moved:
            what = (
                f"'{name_of(step)}' changes {', '.join(moved)}, the {unit} of a row,"
                " when rows were looked at together"
            )
            hint = "change it in a step before the first grouping or window"
            yield Finding("LS164", f"steps.{index}", what, hint)


def _add_hint(step: Step, columns: Sequence[str]) -> str:
    record = record_of(step)
    places = [f"'{record.groups_by}'"] if record and record.groups_by else []
    places += ["PARTITION BY"] if record and record.sql else []

    return (
        f"add {', '.join(columns)}, made in an earlier step, to {' and '.join(places)};"
        " or set write.strategy: replace_all, which computes all rows together"
    )

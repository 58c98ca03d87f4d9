"""Rules on steps that look at several rows together: these rows are all there whenever they are computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lakesmith.spec.rules.context import Subject
from lakesmith.spec.rules.steps import is_step
from lakesmith.spec.window_scope import Step, changed_by, looks_at, name_of
from lakesmith.spec.yaml.provenance import Finding

_ADD = {"dedupe": "its keys", "aggregate": "'by' and PARTITION BY"}
_ALL = "or set write.strategy: replace_all, which computes all rows together"


def group_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse to look at rows together that may come in several batches, and are not computed anew together."""
    write = subject.table.write
    steps = [
        (index, step) for index, step in enumerate(subject.table.steps) if is_step(step)
    ]
    if write.recompute_unit == "group":
        # What 'by' and the keys have to do with each other is LS151.
        grouped = [
            columns
            for _, step in steps
            if name_of(step) == "aggregate"
            for columns in looks_at(step)[:1]
        ]
        yield from _across_findings(steps, frozenset().union(*grouped[:1]), "group")
    elif write.recompute_unit == "partition":
        yield from _across_findings(
            steps, frozenset(map(str.lower, write.partition_by)), "partition"
        )
    elif write.recompute_unit != "table":
        hint = "set write.strategy: aggregate, which computes the groups that a change touches from all their rows"
        for index, step in steps:
            if name_of(step) == "aggregate":
                yield Finding(
                    "LS164",
                    f"steps.{index}",
                    "'aggregate' would group each batch by itself",
                    hint,
                )


def _across_findings(
    steps: Sequence[tuple[int, Step]], groups: frozenset[str], unit: str
) -> Iterator[Finding]:
    """Refuse a step that looks across groups, and one that moves rows to other groups after they were looked at."""
    has_looked = False
    for index, step in steps:
        together = looks_at(step)
        name = name_of(step)
        has_looked = has_looked or bool(together)
        lacking = sorted({group for columns in together for group in groups - columns})
        if lacking:
            hint = f"add {', '.join(lacking)}, made in an earlier step, to {_ADD.get(name, 'PARTITION BY')}; {_ALL}"
            yield Finding(
                "LS164",
                f"steps.{index}",
                f"'{name}' looks at rows of several {unit}s together",
                hint,
            )
        moved = sorted(groups & changed_by(step)) if has_looked else []
        if moved:
            what = f"'{name}' changes {', '.join(moved)}, the {unit} of a row, when rows were looked at together"
            hint = (
                "change it in a step before the first 'dedupe', 'aggregate' or window"
            )
            yield Finding("LS164", f"steps.{index}", what, hint)

"""The rules of a project: what the specs must say together, beyond the shape of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lakesmith.spec.graph import find_cycles
from lakesmith.spec.model import Project
from lakesmith.spec.rules.checks.fields import check_rules
from lakesmith.spec.rules.columns import (
    contract_rules,
    key_type_rules,
    repeated,
    written_columns_rules,
)
from lakesmith.spec.rules.context import Rule, StepCheck, Subject
from lakesmith.spec.rules.evolution import default_rules, rename_rules
from lakesmith.spec.rules.formats import format_rules
from lakesmith.spec.rules.groups import group_rules
from lakesmith.spec.rules.inputs import (
    bronze_rules,
    input_rules,
    name_rules,
    upstream_rules,
)
from lakesmith.spec.rules.maintenance import maintenance_rules
from lakesmith.spec.rules.partial_updates import event_rules
from lakesmith.spec.rules.sources import source_rules
from lakesmith.spec.rules.steps import determinism_rules, is_step, step_rules
from lakesmith.spec.rules.write import event_date_rules, write_rules
from lakesmith.spec.yaml.provenance import Finding

_TABLE_RULES: tuple[Rule, ...] = (
    name_rules,
    input_rules,
    bronze_rules,
    upstream_rules,
    contract_rules,
    format_rules,
    written_columns_rules,
    key_type_rules,
    rename_rules,
    default_rules,
    step_rules,
    group_rules,
    determinism_rules,
    check_rules,
    write_rules,
    event_rules,
    event_date_rules,
    maintenance_rules,
)


def rule_findings(
    project: Project,
    known: frozenset[str] | None = None,
    step_check: StepCheck | None = None,
) -> Iterator[Finding]:
    """Find everything in a project that breaks a rule.

    Parameters
    ----------
    project : Project
    known : frozenset of str, optional
        Names of all sources (``sources.x``) and tables, also of those that `project` lacks because they are broken.
    step_check : callable, optional
        Takes a step and the names of the table's inputs; returns what is wrong with the step.

    Yields
    ------
    Finding
        Codes LS119 to LS170 and LS640, with the dotted key path.
    """
    names = known or frozenset(project.table_names()).union(
        f"sources.{name}" for name in project.sources
    )
    yield from _source_findings(project)
    for name in project.table_names():
        subject = Subject(name, project.table(name), project, names)
        yield from _table_findings(subject, step_check)
    for cycle in find_cycles(project):
        what = f"tables read each other in a circle: {' -> '.join(cycle)}"
        yield Finding(
            "LS122", f"tables.{cycle[0]}.from", what, "take one of these reads out"
        )


def _source_findings(project: Project) -> Iterator[Finding]:
    for name, source in project.sources.items():
        for column in repeated(source.columns):
            hint = "columns are matched whatever the case; name each once"
            yield Finding(
                "LS119",
                f"sources.{name}.columns",
                f"column '{column}' is declared twice",
                hint,
            )
        yield from source_rules(name, source)


def _table_findings(
    subject: Subject, step_check: StepCheck | None
) -> Iterator[Finding]:
    prefix = f"tables.{subject.name}"
    for rule in _TABLE_RULES:
        for finding in rule(subject):
            yield replace(
                finding, key=f"{prefix}.{finding.key}" if finding.key else prefix
            )
    if step_check:
        yield from _step_findings(subject, prefix, step_check)


def _step_findings(
    subject: Subject, prefix: str, step_check: StepCheck
) -> Iterator[Finding]:
    hint = "correct the step; a function of your own is written module:function"
    for index, step in enumerate(subject.table.steps):
        for what in step_check(step, subject.table.inputs) if is_step(step) else ():
            yield Finding("LS162", f"{prefix}.steps.{index}", what, hint)

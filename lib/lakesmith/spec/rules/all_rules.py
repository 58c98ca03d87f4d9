"""Apply all rules to a project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lakesmith.spec.graph import find_cycles
from lakesmith.spec.kinds import all_kinds
from lakesmith.spec.rules.checks.check_rules import check_rules
from lakesmith.spec.rules.columns import (
    contract_rules,
    freshness_rules,
    key_type_rules,
    objective_rules,
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
from lakesmith.spec.rules.steps import (
    comment_rules,
    determinism_rules,
    generator_rules,
    is_step,
    mark_rules,
    pattern_rules,
    step_rules,
    text_rules,
)
from lakesmith.spec.rules.write import event_date_rules, property_rules, write_rules
from lakesmith.spec.step_kinds.input_rules import input_change_rules
from lakesmith.spec.step_kinds.rules import response_rules
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model import Project

_TABLE_RULES: tuple[Rule, ...] = (
    name_rules,
    input_rules,
    bronze_rules,
    upstream_rules,
    input_change_rules,
    contract_rules,
    format_rules,
    written_columns_rules,
    key_type_rules,
    freshness_rules,
    objective_rules,
    rename_rules,
    default_rules,
    step_rules,
    group_rules,
    response_rules,
    determinism_rules,
    generator_rules,
    mark_rules,
    text_rules,
    comment_rules,
    pattern_rules,
    check_rules,
    write_rules,
    property_rules,
    event_rules,
    event_date_rules,
    maintenance_rules,
)


def rule_findings(
    project: Project, known: frozenset[str], step_check: StepCheck | None = None
) -> Iterator[Finding]:
    """Find everything in a project that breaks a rule.

    Parameters
    ----------
    project : Project
    known : frozenset of str
        Names of all sources (``sources.x``) and tables, also of those that `project` lacks because
        they are broken.
    step_check : callable, optional
        Takes a step and the names of the table's inputs; returns what is wrong with the step.

    Yields
    ------
    Finding
        Codes LS119 to LS188 and LS640, with the dotted key path.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> spec = {"name": "shop", "tables": {"silver": {"orders": {"from": "bronze.order"}}}}
    >>> project = Project.model_validate(spec)
    >>> for finding in rule_findings(project, frozenset({"bronze.orders"})):
    ...     print(finding.key, finding.hint)
    tables.silver.orders.from did you mean 'bronze.orders'?
    """
    yield from _kind_findings(project)
    for name in project.table_names():
        subject = Subject(name, project.table(name), project, known)
        yield from _table_findings(subject, step_check)
    for cycle in find_cycles(project):
        what = f"tables read each other in a circle: {' -> '.join(cycle)}"
        yield Finding(
            "LS122", f"tables.{cycle[0]}.from", what, "remove one of these reads"
        )


def _kind_findings(project: Project) -> Iterator[Finding]:
    for kind in all_kinds():
        for key, spec in kind.specs(project).items():
            for rule in kind.rules:
                yield from _within(key, rule(spec))


def _table_findings(
    subject: Subject, step_check: StepCheck | None
) -> Iterator[Finding]:
    prefix = f"tables.{subject.name}"
    for rule in _TABLE_RULES:
        yield from _within(prefix, rule(subject))
    if step_check:
        yield from _within(prefix, _step_findings(subject, step_check))


def _within(prefix: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Put the keys of findings under a prefix."""
    for finding in findings:
        key = f"{prefix}.{finding.key}" if finding.key else prefix
        yield replace(finding, key=key)


def _step_findings(subject: Subject, step_check: StepCheck) -> Iterator[Finding]:
    hint = "correct the step; write your own function as module:function"
    for index, step in enumerate(subject.table.steps):
        if not is_step(step):
            continue
        for what in step_check(step, subject.table.inputs):
            yield Finding("LS162", f"steps.{index}", what, hint)

"""Apply the rules that all checks of a table have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lakesmith.spec.rules.checks.gate_columns import gate_columns
from lakesmith.spec.yaml.provenance import Finding, suggest

if TYPE_CHECKING:
    from lakesmith.spec.model.checks import Check, GateColumns
    from lakesmith.spec.rules.context import Subject


def check_rules(subject: Subject) -> Iterator[Finding]:
    """Require of each check an id, sound values, and columns of the contract."""
    columns = gate_columns(subject)
    earlier: set[str] = set()
    for index, check in enumerate(subject.table.checks):
        place = f"checks.{index}"
        findings = list(_check_findings(check, columns))
        findings += _table_findings(check, subject)
        findings += _strategy_findings(check, subject)
        if check.id in earlier:
            what = f"check id '{check.id}' is used twice"
            hint = "give each check its own id"
            findings.append(Finding("LS143", "id", what, hint))
        earlier.add(check.id)
        for finding in findings:
            key = f"{place}.{finding.key}"
            yield replace(finding, key=key.rstrip("."))


def _check_findings(check: Check, columns: GateColumns) -> Iterator[Finding]:
    yield from _on_fail_findings(check)
    yield from check.findings(columns)
    yield from check.common_findings(columns)
    yield from _column_findings(check, columns)


def _table_findings(check: Check, subject: Subject) -> Iterator[Finding]:
    for key, name in check.tables_read().items():
        if name not in subject.known or name == subject.name:
            hint = suggest(name, subject.known - {subject.name}, "there are")
            yield Finding("LS120", key, f"'{name}' is no other table", hint)
    tables = [one for one in subject.known if not one.startswith("sources.")]
    for name in {one.reference for one in check.frozen_statistics()}:
        if name and name not in tables:
            what = f"no table '{name}' whose statistics could be frozen"
            yield Finding("LS120", "reference", what, suggest(name, tables, "tables"))


def _strategy_findings(check: Check, subject: Subject) -> Iterator[Finding]:
    strategy = subject.table.write.strategy
    if check.strategies and strategy not in check.strategies:
        taken = ", ".join(check.strategies)
        what = f"check '{check.check}' needs strategy {taken}, the table has {strategy}"
        hint = "use check: unique, which reads the whole table"
        yield Finding("LS186", "check", what, hint)


def _on_fail_findings(check: Check) -> Iterator[Finding]:
    if check.on_fail not in check.on_fail_choices:
        kind = f"check '{check.check}' looks at the whole table"
        what = f"{kind}, it cannot '{check.on_fail}' rows"
        hint = "write on_fail: warn or on_fail: fail"
        yield Finding("LS142", "on_fail", what, hint)


def _column_findings(check: Check, columns: GateColumns) -> Iterator[Finding]:
    contract = columns.contract
    for key, column in check.named_columns().items():
        if contract and column not in contract:
            what = f"column '{column}' is not in the contract"
            hint = suggest(column, contract, "its columns")
            yield Finding("LS131", key, what, hint)

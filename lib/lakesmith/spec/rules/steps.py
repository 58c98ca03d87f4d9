"""Rules on steps and SQL: their shape, and that a second run gives the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lakesmith.spec.rules.context import Subject
from lakesmith.spec.values.nondeterministic import nondeterministic_calls
from lakesmith.spec.yaml.provenance import Finding

# Steps whose texts are names of columns, never expressions.
_NAMES_ONLY = frozenset({"rename", "cast", "date_parts", "hash_key", "join", "dedupe"})


def step_rules(subject: Subject) -> Iterator[Finding]:
    """Require that a step is a name or a map with one key; steps and SQL exclude each other."""
    table = subject.table
    for index, step in enumerate(table.steps):
        if not is_step(step):
            what = f"a step has exactly one name, found {len(step) or 'none'}"
            yield Finding(
                "LS161",
                f"steps.{index}",
                what,
                "write '- name' or '- name: options', each step on its own",
            )
    if table.sql is not None and table.steps:
        yield Finding(
            "LS160",
            "sql",
            "a table has either 'sql' or 'steps'",
            "take one of them out",
        )
    if table.sql is not None and table.write.recompute_unit == "group":
        hint = (
            "write an 'aggregate' step instead: only then the changed groups are known"
        )
        yield Finding(
            "LS160",
            "sql",
            f"strategy '{table.write.strategy}' does not go with 'sql'",
            hint,
        )


def determinism_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse clocks and chance in SQL, steps, checks and conditions of the write, unless the table declares them."""
    table = subject.table
    if table.nondeterministic:
        return
    texts = [("sql", table.sql or "")]
    texts += [
        (f"steps.{index}", text)
        for index, step in enumerate(table.steps)
        for text in _expressions(step)
    ]
    texts += [
        (f"checks.{index}.expression", check.expression or "")
        for index, check in enumerate(table.checks)
    ]
    conditions = ("apply_as_deletes", "apply_as_truncates")
    texts += [
        (f"write.{name}", getattr(table.write, name) or "") for name in conditions
    ]
    for key, text in texts:
        for function in nondeterministic_calls(text):
            hint = "a retry would give other rows: use a column of the data, or declare nondeterministic: true"
            yield Finding("LS163", key, f"'{function}' changes from run to run", hint)


def is_step(step: str | dict[str, Any]) -> bool:
    """Tell whether a step has the shape of one: a name, or a map with exactly one key."""
    return bool(step) if isinstance(step, str) else len(step) == 1


def _expressions(step: str | dict[str, Any]) -> Iterator[str]:
    for name, value in step.items() if isinstance(step, dict) else ():
        if name not in _NAMES_ONLY:
            yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    # Items of a list are names of columns.
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from _texts(child)

"""Check the shape of steps and SQL, and that a second run gives the same rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.spec.step_effects import (
    Step,
    changed_columns,
    expressions,
    is_user_function,
    keeps_rows,
    name_of,
    options_of,
    record_of,
    repeats_write,
)
from lakesmith.spec.steps import lowered
from lakesmith.spec.values.nondeterministic import TIE_HINTS, nondeterministic_calls
from lakesmith.spec.values.sql_patterns import pattern_problems
from lakesmith.spec.values.sql_text import (
    column_names,
    ends_in_comment,
    extreme_columns,
    generator_calls,
    summed_columns,
)
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model import Column, Table
    from lakesmith.spec.rules.context import Subject

_ORDERED_TEXTS = re.compile("string|varchar|char|date|timestamp", re.IGNORECASE)
_CONDITIONS = ("apply_as_deletes", "apply_as_truncates")


def step_rules(subject: Subject) -> Iterator[Finding]:
    """Require that each step has one name, and that a table has either steps or SQL."""
    table = subject.table

    for index, step in enumerate(table.steps):
        if not is_step(step):
            what = f"a step has exactly one name, found {len(step) or 'none'}"
            hint = "write '- name' or '- name: options', each step on its own"
            yield Finding("LS161", f"steps.{index}", what, hint)

    if table.sql is None:
        return

    if table.steps:
        what = "a table has either 'sql' or 'steps'"
        yield Finding("LS160", "sql", what, "take one of them out")
    if table.write.recompute_unit == "group":
        what = f"strategy '{table.write.strategy}' does not go with 'sql'"
        hint = "write an 'aggregate' step, which shows the groups that change"
        yield Finding("LS160", "sql", what, hint)


def determinism_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse non-deterministic functions in SQL unless the table declares them."""
    table = subject.table
    for key, text in () if table.nondeterministic else sql_of(table):
        for function in nondeterministic_calls(text):
            if function in TIE_HINTS:
                what = f"'{function}' of equal values depends on the order of rows"
                hint = TIE_HINTS[function]
            else:
                what = f"'{function}' changes from run to run"
                hint = "a retry would give other rows: use a column of the data"
            known = f"{hint}, or declare nondeterministic: true"
            yield Finding("LS163", key, what, known)


def generator_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse functions in steps that make several rows of one, or none."""
    hint = "use it in 'sql', or in a function of yours, which may change the number of rows"
    for index, step in enumerate(subject.table.steps):
        texts = expressions(step) if is_step(step) and record_of(step) else ()
        calls = [call for text in texts for call in generator_calls(text)]
        for call in dict.fromkeys(calls):
            what = f"'{call}' makes several rows of one, or none"
            yield Finding("LS192", f"steps.{index}", what, hint)


def pattern_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse constant patterns in SQL that Java does not take, as far as is known without Java."""
    hint = "correct the pattern; in SQL text a backslash is written twice, except in r'...'"
    for key, text in sql_of(subject.table):
        for what in pattern_problems(text):
            yield Finding("LS149", key, what, hint)


def comment_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse a comment that ends SQL of one line, since YAML joins lines before SQL is read."""
    hint = "write it as a comment of YAML (#), between /* and */, or in a text that begins with |"
    for key, text in sql_of(subject.table):
        if ends_in_comment(text):
            what = "all behind '--' is a comment, also lines that YAML joined"
            yield Finding("LS197", key, what, hint)


def mark_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse a step that may lose the row of a delete whose mark a later step makes."""
    table = subject.table
    losing = ""
    for index, step in enumerate(table.steps):
        if not is_step(step):
            return
        for name in _CONDITIONS:
            condition = getattr(table.write, name)
            made = changed_columns(step) & column_names(condition or "")
            if losing and made:
                what = (
                    f"'{losing}' may lose a delete before this step makes {min(made)}"
                )
                hint = f"move this step before '{losing}'"
                yield Finding("LS198", f"steps.{index}", what, hint)
        is_left_out = is_user_function(step) or repeats_write(step, table.write)
        if not (is_left_out or keeps_rows(step)):
            losing = losing or name_of(step)


def text_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse arithmetic and order of landed text, which is that of doubles and of characters."""
    upstream = subject.upstream()
    name = upstream.source_name if upstream else None
    source = subject.project.sources.get(name or "")
    table = subject.table
    if source is None:
        return
    texts = lowered(source.columns)
    for index, step in enumerate(table.steps):
        if not is_step(step) or is_user_function(step):
            return
        key = f"steps.{index}"
        yield from _summed(key, step, texts)
        if not repeats_write(step, table.write):
            yield from _ordered(key, step, texts, table)
        texts -= changed_columns(step)


def _summed(key: str, step: Step, texts: frozenset[str]) -> Iterator[Finding]:
    summed = frozenset[str]().union(*map(summed_columns, expressions(step)))
    for column in sorted(texts & summed):
        what = f"'{column}' lands as text, of which a sum or a mean is one of doubles"
        hint = f"give it a type in a step before: cast: {{{column}: 'decimal(18,2)'}}"
        yield Finding("LS199", key, what, hint)


def _ordered(
    key: str, step: Step, texts: frozenset[str], table: Table
) -> Iterator[Finding]:
    columns = {name.lower(): one for name, one in table.columns.items()}
    for column, result in compared_columns(step):
        contract = columns.get(result)
        if column in texts and contract and not _is_ordered_text(contract):
            what = f"'{column}' lands as text, and '10' comes before '9' in the order of texts"
            hint = f"give it its type in a step before: cast: {{{column}: '{contract.type}'}}"
            yield Finding("LS224", key, what, hint)


def _is_ordered_text(contract: Column) -> bool:
    """Return whether the order of texts is that of the values, as of ISO dates."""
    return contract.format is None and bool(_ORDERED_TEXTS.match(contract.type))


def compared_columns(step: Step) -> Iterator[tuple[str, str]]:
    """Yield each column by whose order a step chooses, with the column that shows the choice.

    Examples
    --------
    >>> list(compared_columns({"dedupe": {"keys": ["id"], "order_by": ["Seen"]}}))
    [('seen', 'seen')]
    >>> list(compared_columns({"aggregate": {"by": ["id"], "measures": {"last": "max(Day)"}}}))
    [('day', 'last')]
    """
    options = options_of(step)
    order = options.get("order_by") or []
    for name in [order] if isinstance(order, str) else order:
        yield str(name).lower(), str(name).lower()
    measures = options.get("measures")
    for name, sql in measures.items() if isinstance(measures, Mapping) else ():
        for column in extreme_columns(str(sql)):
            yield column, str(name).lower()


def is_step(step: str | dict[str, Any]) -> bool:
    """Return whether a step is a name or a map with exactly one key.

    Examples
    --------
    >>> is_step("trim"), is_step({"trim": ["a"]}), is_step({"trim": ["a"], "upper": ["a"]})
    (True, True, False)
    """
    if isinstance(step, str):
        return bool(step)
    return len(step) == 1


def sql_of(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the key path and the text of all SQL in a table.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> list(sql_of(Table(from_="bronze.orders", sql="SELECT 1")))[0]
    ('sql', 'SELECT 1')
    """
    yield "sql", table.sql or ""

    for index, step in enumerate(table.steps):
        for text in expressions(step):
            yield f"steps.{index}", text

    for index, check in enumerate(table.checks):
        for key, text in check.sql_texts().items():
            yield f"checks.{index}.{key}", text

    for name in _CONDITIONS:
        yield f"write.{name}", getattr(table.write, name) or ""

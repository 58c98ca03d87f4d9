"""Check whether the rows of a table can follow the changes of its inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.spec.change_semantics import has_keys_of, read_from, retyped
from lakesmith.spec.step_effects import (
    changed_columns,
    groupings,
    is_user_function,
    keeps_rows,
    name_of,
)
from lakesmith.spec.step_kinds.joined_inputs import (
    columns_from_inputs,
    input_joins,
    lossy_places_of_key,
    other_readers,
)
from lakesmith.spec.step_kinds.record import lowered
from lakesmith.spec.values.sql_text import column_names
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.rules.context import Subject

CODE = "LS188"
KEY = "on_input_change"
_LOSING = ("quarantine", "drop")
_FEED = "delta.enableChangeDataFeed"


def input_change_rules(subject: Subject) -> Iterator[Finding]:
    """Require what `on_input_change: recompute` needs to find and replace the rows it touches."""
    table = subject.table
    if not table.follows_inputs:
        return
    if not table.inputs:
        hint = "name them in `inputs`, or take it out"
        yield Finding(CODE, KEY, "the table looks up no inputs", hint)
        return
    yield from _strategy_findings(subject)
    yield from _upstream_findings(subject)
    yield from _reader_findings(subject)
    yield from _sequence_findings(subject)
    yield from _key_findings(subject)
    yield from _row_findings(subject)
    yield from _check_findings(subject)


def _strategy_findings(subject: Subject) -> Iterator[Finding]:
    write = subject.table.write
    if write.recomputes:
        what = f"'{write.strategy}' computes its rows from the newest inputs anyway"
        yield Finding(CODE, KEY, what, "take it out")
    elif write.strategy != "upsert":
        what = f"strategy '{write.strategy}' cannot replace the rows that are touched"
        hint = "use strategy: upsert, or replace_partitions"
        yield Finding(CODE, KEY, what, hint)
    elif not write.updates_rows:
        what = "'when_matched: ignore' would keep the rows as they are"
        hint = "use when_matched: update with sequence_by"
        yield Finding(CODE, KEY, what, hint)


def _upstream_findings(subject: Subject) -> Iterator[Finding]:
    """Require one upstream row a key, so that a row is computed again from all that made it."""
    table = subject.table
    upstream = subject.upstream()
    if upstream is None or not table.write.keys:
        return
    is_same = upstream.write.keeps_newest and has_keys_of(table, upstream)
    changed = {name for step in table.steps for name in changed_columns(step)}
    keys = ", ".join(upstream.write.keys) or "none"
    if not is_same or changed & lowered(table.write.keys):
        what = (
            f"the keys of '{table.from_}' are {keys}: a row of this table could be "
            "made of several of its rows, of which some are read again"
        )
        hint = "read a table with one row a key, and use its keys as they are"
        yield Finding(CODE, KEY, what, hint)


def _reader_findings(subject: Subject) -> Iterator[Finding]:
    """Require joins by key, which tell the rows that a change touches."""
    table = subject.table
    if table.sql is not None:
        what = "SQL does not tell by which keys it looks up its inputs"
        yield Finding(CODE, KEY, what, "use a join step instead of sql")
        return
    for index, name in other_readers(table).items():
        what = f"step '{name}' does not tell by which keys it looks up inputs"
        hint = "use a join step; put a function of yours into the table that is read"
        yield Finding(CODE, f"steps.{index}", what, hint)
    joined = {join.input for join in input_joins(table)}
    for name, of in table.inputs.items():
        if name not in joined:
            hint = "join it, or take it out"
            yield Finding(CODE, f"inputs.{name}", "no step joins this input", hint)
        if not _records_changes(subject, of):
            what = f"'{of}' records no changes ({_FEED})"
            hint = f"take the property out of '{of}'"
            yield Finding(CODE, f"inputs.{name}", what, hint)


def _records_changes(subject: Subject, name: str) -> bool:
    project = subject.project
    # A table that is not there is refused elsewhere.
    if name not in project.table_names():
        return True
    return project.table(name).properties.get(_FEED, "true").lower() == "true"


def _sequence_findings(subject: Subject) -> Iterator[Finding]:
    """Require the order of the upstream, so that a row computed again takes its own place."""
    table = subject.table
    upstream = subject.upstream()
    tables = {
        name: subject.project.table(name) for name in subject.project.table_names()
    }
    made = columns_from_inputs(table, tables) or frozenset()
    place = "write.sequence_by"
    for name in table.write.sequence_by:
        if name.lower() in made:
            what = f"'{name}' is looked up, so that a row computed again may seem older"
            yield Finding(CODE, place, what, "order by a column of the row itself")
    changed = {name for step in table.steps for name in changed_columns(step)}
    for name in table.write.sequence_by:
        if name.lower() in changed - made:
            what = f"a step makes '{name}', which may order rows as '{table.from_}' does not"
            yield Finding(CODE, place, what, "make it in the table that this one reads")
    if upstream is None or not upstream.write.updates_rows:
        return
    own = [read_from(table, name).lower() for name in table.write.sequence_by]
    theirs = [name.lower() for name in upstream.write.sequence_by]
    if own and theirs and own != theirs:
        order = ", ".join(upstream.write.sequence_by)
        what = f"'{table.from_}' keeps the newest row by {order}, which may not be the newest here"
        yield Finding(CODE, place, what, f"order by the same: sequence_by: [{order}]")
    for name, (here, there) in retyped(table, upstream, table.write.sequence_by):
        what = f"'{name}' is {there} in '{table.from_}' and {here} here, which orders otherwise"
        yield Finding(CODE, place, what, f"declare it as {there} in both tables")


def _key_findings(subject: Subject) -> Iterator[Finding]:
    """Require keys that are known of each row, whatever becomes of it."""
    table = subject.table
    for join in input_joins(table):
        for place in sorted(lossy_places_of_key(table, join)):
            name = name_of(table.steps[place])
            what = (
                f"step '{name}' changes the key of '{join.name}' in a way that the look"
                " for rows does not know"
            )
            hint = "do it in the table that this one reads"
            yield Finding(CODE, f"steps.{place}", what, hint)


def _row_findings(subject: Subject) -> Iterator[Finding]:
    """Require that no change of an input takes a row away, or changes another row."""
    table = subject.table
    joins = {join.index: join for join in input_joins(table)}
    first = min(joins, default=len(table.steps))
    for index, step in enumerate(table.steps):
        name = name_of(step)
        if index in joins:
            if not joins[index].keeps_rows:
                what = f"step '{name}' takes rows away when the input changes"
                hint = "use how: left, and filter in the table that reads this one"
                yield Finding(CODE, f"steps.{index}", what, hint)
        elif groupings(step):
            what = f"step '{name}' looks at rows together, of which some are read again"
            hint = "do it in the table that this one reads"
            yield Finding(CODE, f"steps.{index}", what, hint)
        elif index > first and not (keeps_rows(step) or is_user_function(step)):
            what = f"step '{name}' may take rows away after a join"
            hint = "put it before the first join, or into the table that reads this one"
            yield Finding(CODE, f"steps.{index}", what, hint)


def _check_findings(subject: Subject) -> Iterator[Finding]:
    """Require that no check refuses a row for what was looked up."""
    table = subject.table
    tables = {
        name: subject.project.table(name) for name in subject.project.table_names()
    }
    made = columns_from_inputs(table, tables)
    if made is None:
        hint = "name the columns to take: `columns: [...]`"
        yield Finding(CODE, "steps", "a join takes all columns of a table", hint)
        return
    hint = "use on_fail: warn or fail, or check it in the table that reads this one"
    for index, check in enumerate(table.checks):
        texts = check.sql_texts().values()
        read = lowered([*check.named_columns().values()]).union(
            *[column_names(text) for text in texts]
        )
        found = sorted(read & made)
        if check.on_fail in _LOSING and found:
            what = f"the check refuses rows for what they look up ({', '.join(found)})"
            yield Finding(CODE, f"checks.{index}.on_fail", what, hint)
    for name, column in table.columns.items():
        if name.lower() in made and not column.nullable:
            what = f"'{name}' is looked up, and rows without it are quarantined"
            other = "leave out nullable: false; a not_null check may warn or fail"
            yield Finding(CODE, f"columns.{name}.nullable", what, other)

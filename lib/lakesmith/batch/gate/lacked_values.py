"""Refuse change events that lack a value which a step computes with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame

from lakesmith.column_refs import named
from lakesmith.columns import KEPT
from lakesmith.quality.rule import Rule, no_sample
from lakesmith.spec.change_semantics import sources_of
from lakesmith.spec.step_effects import derived_columns, filtering_columns
from lakesmith.spec.steps import lowered
from lakesmith.transforms.change_events.partial_updates import is_kept

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

Parts = Mapping[str, frozenset[str]]


def lacks_filtered(spec: Table, rows: DataFrame) -> Column | None:
    """Return whether an event lacks a value that a filter asks, None where no event can.

    *Columns*: needs ``_kept``.
    """
    parts = _parts(spec)
    named_by_filters = frozenset[str]().union(*map(filtering_columns, spec.steps))
    # What a step made of values that arrived is lacking only where one of these is.
    asked = frozenset[str]().union(
        *(parts.get(name, frozenset({name})) for name in named_by_filters)
    )
    lacked = [
        is_kept(source)
        for name, source in sources_of(spec).items()
        if name.lower() in asked
    ]
    if KEPT in rows.columns and lacked:
        return reduce(or_, lacked)
    return None


def lacked_rules(spec: Table, rows: DataFrame) -> Iterator[Rule]:
    """Make the rules that refuse an event whose steps compute with a value that it lacks.

    Yields
    ------
    Rule
        `filter_sent`, and `<column>_sent` for a column that a step makes of several, of which the
        event gives only some, or which it gives too.
    """
    lacks = lacks_filtered(spec, rows)
    if lacks is not None:
        yield _rule("filter", "", lacks)
    if KEPT not in rows.columns:
        return
    columns = lowered(rows.columns)
    sources = {name.lower(): source for name, source in sources_of(spec).items()}
    for name, parts in _parts(spec).items():
        lacked = [is_kept(sources[part]) for part in parts if part in sources]
        if not lacked or name not in columns:
            continue
        any_lacked = reduce(or_, lacked)
        all_lacked = reduce(and_, lacked)
        is_given = named(name).isNotNull()
        yield _rule(name, name, any_lacked & (~all_lacked | is_given))


def _rule(name: str, column: str, failed: Column) -> Rule:
    return Rule(f"{name}_sent", "not_null", column, "quarantine", failed, no_sample())


def _parts(spec: Table) -> Parts:
    """Return what each contract column that a step makes is computed from."""
    known: dict[str, frozenset[str]] = {}
    for step in spec.steps:
        made: dict[str, frozenset[str]] = {}
        for name, parts in derived_columns(step).items():
            origins = [known.get(part, {part}) for part in parts or ()]
            if origins:
                made[name] = frozenset[str]().union(*origins)
        known.update(made)
    contract = lowered(spec.columns)
    return {name: parts for name, parts in known.items() if name in contract}

"""Check and fill change events that leave values of their row unchanged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.gate.lacked_values import lacked_rules
from lakesmith.column_refs import is_true, named
from lakesmith.columns import KEPT, SEQ
from lakesmith.quality.rule import NO_SAMPLE, Rule
from lakesmith.spec.change_semantics import settled_columns, sources_of
from lakesmith.tables.upsert.precedence import newest_first
from lakesmith.transforms.change_events.partial_updates import (
    filled,
    is_left,
    kept_by_contract,
)
from lakesmith.transforms.conform import with_defaults

if TYPE_CHECKING:
    from lakesmith.spec.model import Table


def for_partial(
    spec: Table, rows: DataFrame, rules: tuple[Rule, ...]
) -> tuple[Rule, ...]:
    """Exempt a column that an event leaves unchanged from the rules.

    An event must carry what its key implies, which bounds the search. Text that could not be
    cast was given.
    """
    if KEPT not in rows.columns:
        return rules
    left = {
        name.lower(): is_left(name, source)
        for name, source in _may_be_left(spec, rows).items()
    }
    spared = tuple(_spared(rule, left.get(rule.column.lower())) for rule in rules)
    placed = [
        (name, source)
        for name, source in sources_of(spec).items()
        if name in spec.write.key_implies
    ]
    return (
        *spared,
        *lacked_rules(spec, rows),
        *[
            _told(name, source)
            for name, source in placed
            if name not in spec.write.keys
        ],
    )


def with_kept(spec: Table, rows: DataFrame) -> DataFrame:
    """Name the contract columns that an event leaves unchanged, none of a delete.

    *Columns*: replaces ``_kept`` where it is there.
    """
    if KEPT not in rows.columns:
        return rows
    kept = kept_by_contract(_may_be_left(spec, rows))
    if "_deleted" in rows.columns:
        is_delete = is_true(named("_deleted"))
        kept = F.when(~is_delete, kept)
    return rows.withColumn(KEPT, kept)


def fill(spec: Table, events: DataFrame) -> DataFrame:
    """Fill the values that events leave unchanged from the older events among them.

    Events of a key at one sequence become one, with the values of all.

    *Columns*: as they are.
    """
    columns = [*_may_be_left(spec, events)]
    order = newest_first(events.columns)
    one_at = SEQ if SEQ in events.columns else None
    complete = events.transform(filled(spec.write.keys, order, columns, one_at))
    return complete.transform(with_defaults(spec.columns))


def is_partial(rows: DataFrame) -> Column:
    """Return whether a row leaves values unchanged, never NULL."""
    if KEPT in rows.columns:
        return named(KEPT).isNotNull()
    return F.lit(False)


def _may_be_left(spec: Table, rows: DataFrame) -> dict[str, str]:
    settled = {*settled_columns(spec)}
    there = {*rows.columns}
    return {
        name: source
        for name, source in sources_of(spec).items()
        if name in there and name not in settled
    }


def _spared(rule: Rule, left: Column | None) -> Rule:
    if left is None or rule.reads_raw:
        return rule
    return replace(rule, failed=rule.failed & ~left)


def _told(name: str, source: str) -> Rule:
    return Rule(
        f"{name}_told",
        "not_null",
        name,
        "quarantine",
        is_left(name, source),
        F.expr(NO_SAMPLE),
    )

"""Detect deletes in a batch, and relax or tighten its rules for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.columns import TRUNCATES
from lakesmith.quality.rule import NO_SAMPLE, Rule, find
from lakesmith.spec.steps import lowered

if TYPE_CHECKING:
    from lakesmith.spec.model import Table


# What is wrong with an event itself, and with text that names no directory.
_OF_EVENTS = ("row_parsed", "event", "partition")


def is_delete(rows: DataFrame, condition: str | None) -> Column:
    """Return whether a row is a delete, by the condition of the spec or of its upstream."""
    deletes = F.lit(False)
    if condition:
        is_met = F.expr(condition).cast("boolean")
        deletes |= is_true(is_met)
    if "_deleted" in rows.columns:
        deletes |= is_true(F.col("_deleted"))
    return deletes


def for_deletes(
    spec: Table, rows: DataFrame, rules: tuple[Rule, ...]
) -> tuple[Rule, ...]:
    """Let a delete have any values, except in the columns that say which row, and when.

    Nobody reads the values of its old image. Without a sequence a delete, or a truncate, would lose
    against every row and be forgotten. A backfill of a date reads the deletes of that date, and
    would forget one without a date, like it.
    """
    write = spec.write
    date = spec.event_date
    if not (write.apply_as_deletes or {"_deleted", TRUNCATES} & {*rows.columns}):
        return rules
    deletes = is_delete(rows, write.apply_as_deletes)
    dates = [date] if date else []
    placed = lowered([*write.keys, *write.sequence_by, *dates])
    rules = tuple(_sparing(rule, placed, deletes) for rule in rules)
    if date and date in write.key_implies:
        rules = _given(rules, date, deletes)
    if write.sequence_by and find(dict(rows.dtypes), write.sequence_by[0]):
        ends = deletes
        if TRUNCATES in rows.columns:
            ends = deletes | named(TRUNCATES)
        rules = _given(rules, write.sequence_by[0], ends)
    return rules


def _sparing(rule: Rule, placed: frozenset[str], deletes: Column) -> Rule:
    if not _spares(rule, placed):
        return rule
    return replace(rule, failed=rule.failed & ~deletes)


def _spares(rule: Rule, placed: frozenset[str]) -> bool:
    return (
        rule.check not in _OF_EVENTS and not lowered(rule.column.split(", ")) & placed
    )


def _given(rules: tuple[Rule, ...], column: str, ends: Column) -> tuple[Rule, ...]:
    """Require a column of the rows that end others, whoever is exempt from it otherwise."""
    name = f"{column}_given"
    failed = ends & named(column).isNull()
    if any(rule.id == name for rule in rules):
        return tuple(
            replace(rule, failed=rule.failed | failed) if rule.id == name else rule
            for rule in rules
        )
    return (
        *rules,
        Rule(name, "not_null", column, "quarantine", failed, F.expr(NO_SAMPLE)),
    )

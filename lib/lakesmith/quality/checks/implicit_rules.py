"""Make the rules that each table has without naming them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.columns import CORRUPT_RECORD, REFUSED, RESCUED
from lakesmith.quality.checks.casts import cast_columns, text_lost
from lakesmith.quality.raw import raw_field, raw_source, rescued
from lakesmith.quality.rule import Rule, find, no_sample, sample_of
from lakesmith.spec.model.checks.base import RowCheck

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.spec.model.checks.base import Check

_UNPARSED = f"$.{CORRUPT_RECORD}"
_BEGINNING = f'{{"{CORRUPT_RECORD}":'
_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
_ESCAPED = r"""[\x00-\x1F"#%'*/:=?\\\x7F{}\[\]^]"""
_LONGEST_NAME = 255
# What is wrong with an event, and the field of its envelope that the rule shows. No rule
# is named like that of a column, since a delete may lack what the contract requires.
_EVENT_FIELDS = {"op": "op", "after": "after", "before": "before", "names": "after"}


def implicit_rules(table: Table, columns: Mapping[str, str]) -> Iterator[Rule]:
    """Make the implicit rules of a table, which all quarantine.

    Parameters
    ----------
    table : Table
    columns : mapping of str to str
        The columns on the frame and their types.

    Yields
    ------
    Rule
        `row_parsed`, `<column>_cast`, `<column>_given`, those of change events, and
        `<column>_partition`. None for a column whose check in the spec replaces it.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn, Table
    >>> qty = ContractColumn(type="int", nullable=False)
    >>> table = Table(from_="bronze.orders", columns={"qty": qty})
    >>> types = {"qty": "int", "_raw": "struct<qty:string,_rescued:string>"}
    >>> [rule.id for rule in implicit_rules(table, types)]
    ['row_parsed', 'qty_cast', 'qty_given']
    """
    yield from _row_parsed(columns)
    yield from _casts(table, columns)
    yield from _given(table, columns)
    yield from _event(columns)
    yield from _key(table)
    yield from _partition(table, columns)


def _rule(id: str, check: str, column: str, failed: Column, sample: Column) -> Rule:
    return Rule(
        id,
        check,
        column,
        "quarantine",
        failed,
        sample,
    )


def _row_parsed(columns: Mapping[str, str]) -> Iterator[Rule]:
    text = rescued(columns)
    if text is not None:
        unparsed = F.get_json_object(text, _UNPARSED)
        sample = sample_of(unparsed, "string")
        # Of a text that is too long for the parser, only the beginning is known.
        begins_so = F.coalesce(F.startswith(text, F.lit(_BEGINNING)), F.lit(False))
        failed = unparsed.isNotNull() | begins_so
        rule = _rule("row_parsed", "row_parsed", RESCUED, failed, sample)
        yield replace(rule, reads_raw=True)


def _casts(table: Table, columns: Mapping[str, str]) -> Iterator[Rule]:
    replaced = _replaced(table, "cast")
    for name in cast_columns(table, columns):
        text = raw_source(
            columns,
            name,
            table.columns[name],
        )
        if text is not None and name.lower() not in replaced:
            failed = text_lost(name, text)
            sample = sample_of(text, "string")
            rule = _rule(
                f"{name}_cast",
                "cast_failed",
                name,
                failed,
                sample,
            )
            yield replace(rule, reads_raw=True)


def _given(table: Table, columns: Mapping[str, str]) -> Iterator[Rule]:
    replaced = _replaced(table, "given")
    for name in _required(table):
        kind = find(columns, name)
        if kind is not None and name.lower() not in replaced:
            value = named(name)
            failed = value.isNull()
            sample = sample_of(value, kind)
            yield _rule(
                f"{name}_given",
                "not_null",
                name,
                failed,
                sample,
            )


def _required(table: Table) -> list[str]:
    """Return the columns without which a row is nothing, or has no place.

    The first column of the sequence gives a row its place among the versions of its key,
    or its snapshot.
    """
    write = table.write
    columns = table.columns.items()
    required = [name for name, column in columns if not column.nullable]
    if write.declared.rereads_input:
        required += write.sequence_by[:1]
    return list(dict.fromkeys(required))


def _event(columns: Mapping[str, str]) -> Iterator[Rule]:
    """Refuse events in an envelope that change no row, and say what is wrong with each."""
    if REFUSED not in columns:
        return
    for problem, field in _EVENT_FIELDS.items():
        is_refused = named(REFUSED) == problem
        failed = is_true(is_refused)
        sample = _event_sample(field, columns)
        rule = _rule(
            f"event_{problem}",
            "event",
            field,
            failed,
            sample,
        )
        yield replace(rule, reads_raw=True)


def _event_sample(field: str, columns: Mapping[str, str]) -> Column:
    samples = [no_sample()]
    for text in (raw_field(columns, field), rescued(columns)):
        if text is not None:
            samples.append(text)
    return sample_of(F.coalesce(*samples), "string")


def _key(table: Table) -> Iterator[Rule]:
    """Refuse change events without a key. A NULL key in their table marks a truncate.

    Where NULL means that an event leaves a value as it was, each part of the key must be given.
    """
    if table.write.takes("apply_as_truncates"):
        keys = table.write.keys
        are_null = [named(key).isNull() for key in keys]
        is_partial = table.write.partial_updates
        needs_each = is_partial and table.write.null_means == "unchanged"
        lacks_key = reduce(or_ if needs_each else and_, are_null)
        yield _rule(
            id="write_keys_given",
            check="not_null",
            column=", ".join(keys),
            failed=lacks_key,
            sample=no_sample(),
        )


def _partition(table: Table, columns: Mapping[str, str]) -> Iterator[Rule]:
    """Refuse values that name no directory, or that Delta writes as another value."""
    for name in table.write.partition_by:
        kind = find(columns, name) or ""
        fails = _UNNAMED.get(kind)
        if fails is not None:
            value = named(name)
            yield _rule(
                f"{name}_partition",
                "partition",
                name,
                is_true(fails(name)),
                sample_of(value, kind),
            )


def _names_no_directory(name: str) -> Column:
    value = named(name)
    escaped = F.regexp_replace(value, _ESCAPED, "%00")
    # A directory is named <column>=<value>.
    length = F.octet_length(escaped) + len(name) + 1
    is_too_long = length > _LONGEST_NAME
    is_null = value.isin("", _HIVE_NULL)
    has_nul = value.contains("\0")
    return is_null | has_nul | is_too_long


def _is_before_year_one(name: str) -> Column:
    """Return whether Delta names the directory by the year of an era, without the era."""
    return F.year(named(name)) < 1


_UNNAMED: Mapping[str, Callable[[str], Column]] = {
    "string": _names_no_directory,
    "timestamp": _is_before_year_one,
}


def _replaced(table: Table, rule: str) -> set[str]:
    """Return the columns whose implicit rule a check of the spec replaces.

    Where a column says which row of the table a row is, only a check that stops rows does.
    """
    replaced: set[str] = set()
    needed = {name.lower() for name in _placing(table)}
    for check in table.checks:
        is_for_all = isinstance(check, RowCheck) and check.where is None
        if check.replaces == rule and is_for_all:
            named_columns = check.named_columns().values() or table.columns
            names = {name.lower() for name in named_columns}
            replaced |= names if _stops_rows(check) else names - needed
    return replaced


def _stops_rows(check: Check) -> bool:
    """Return whether no row that fails a check is written."""
    has_limit = isinstance(check, RowCheck) and check.threshold is not None
    return check.on_fail != "warn" and not has_limit


def _placing(table: Table) -> list[str]:
    """Return the columns that say which row of the table a row is, and when."""
    write = table.write
    placing = [*write.keys]
    if write.declared.rereads_input:
        placing += write.sequence_by[:1]
    return placing

"""The rules that every contract brings without a word: rows parse, casts succeed, columns are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import CORRUPT_RECORD, REFUSED, RESCUED
from lakesmith.quality.checks.casts import cast_columns, cast_rule
from lakesmith.quality.raw import raw_field, rescued
from lakesmith.quality.rule import Rule, find, sample_of
from lakesmith.spec.model import Table

UNPARSED = f"$.{CORRUPT_RECORD}"
HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
ESCAPED = r"""[\x00-\x1F"#%'*/:=?\\\x7F{}\[\]^]"""
LONGEST_NAME = 255
# By what is wrong with an event: the rule, and the field of the envelope that it shows. None is
# named like a rule of a column: a delete may lack what the contract wants given.
_EVENT_RULES = {
    "op": ("event_op", "op"),
    "after": ("event_after", "after"),
    "before": ("event_before", "before"),
    "names": ("event_names", "after"),
}


def implicit_rules(table: Table, columns: Mapping[str, str]) -> Iterator[Rule]:
    """Make the implicit rules of a table, all quarantine.

    `row_parsed`, `<column>_cast`, `<column>_given`, and `<column>_partition` for text that the
    table is partitioned by.

    Parameters
    ----------
    table : Table
    columns : mapping of str to str
        The columns on the frame and their types.

    Yields
    ------
    Rule
        None for a column on which the spec has a check of the same kind.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> table = Table(from_="bronze.orders",
    ...     columns={"qty": ContractColumn(type="int", nullable=False)})
    >>> [rule.id for rule in implicit_rules(table,
    ...     {"qty": "int", "_raw": "struct<qty:string,_rescued:string>"})]
    ['row_parsed', 'qty_cast', 'qty_given']
    """
    yield from _row_parsed(columns)
    casts = _checked(table, "cast_failed")
    for name in cast_columns(table, columns):
        if not casts & {name.lower(), ""}:
            yield cast_rule(f"{name}_cast", name, "quarantine", table, columns)
    yield from _given(table, columns)
    yield from _event(columns)
    yield from _key(table)
    yield from _partition(table, columns)


def _row_parsed(columns: Mapping[str, str]) -> Iterator[Rule]:
    text = rescued(columns)
    if text is not None:
        unparsed = F.get_json_object(text, UNPARSED)
        sample = sample_of(unparsed, "string")
        yield Rule(
            "row_parsed",
            "row_parsed",
            RESCUED,
            "quarantine",
            unparsed.isNotNull(),
            sample,
        )


def _given(table: Table, columns: Mapping[str, str]) -> Iterator[Rule]:
    checked = _checked(table, "not_null", "not_blank")
    needed = [name for name, column in table.columns.items() if not column.nullable]
    for name in dict.fromkeys([*needed, *_placed_by(table)]):
        kind = find(columns, name)
        if kind is not None and name.lower() not in checked:
            value = named(name)
            yield Rule(
                f"{name}_given",
                "not_null",
                name,
                "quarantine",
                value.isNull(),
                sample_of(value, kind),
            )


def _event(columns: Mapping[str, str]) -> Iterator[Rule]:
    """Keep out events in an envelope that change no row, and say what is wrong with each."""
    if REFUSED not in columns:
        return
    for refused, (name, of) in _EVENT_RULES.items():
        failed = F.coalesce(named(REFUSED) == refused, F.lit(False))
        samples = [
            text
            for text in (raw_field(columns, of), rescued(columns))
            if text is not None
        ]
        sample = F.coalesce(*samples) if samples else F.lit(None).cast("string")
        yield Rule(name, "event", of, "quarantine", failed, sample_of(sample, "string"))


def _key(table: Table) -> Iterator[Rule]:
    """Keep change events out that name no row; the NULL key of their table is the mark of a truncate."""
    if table.write.takes("apply_as_truncates"):
        failed = reduce(
            Column.__and__, [named(key).isNull() for key in table.write.keys]
        )
        column = ", ".join(table.write.keys)
        yield Rule(
            "write_keys_given",
            "not_null",
            column,
            "quarantine",
            failed,
            F.lit(None).cast("string"),
        )


def _placed_by(table: Table) -> tuple[str, ...]:
    """Name the column without which a row has no place among the versions of its key, or in no extract."""
    is_placed = table.write.declared.rereads_input
    return table.write.sequence_by[:1] if is_placed else ()


def _partition(table: Table, columns: Mapping[str, str]) -> Iterator[Rule]:
    """Keep out what no directory can be named by: Delta makes it NULL, or the whole write fails."""
    for name in table.write.partition_by:
        if find(columns, name) == "string":
            value = named(name)
            length = (
                F.octet_length(F.regexp_replace(value, ESCAPED, "%00")) + len(name) + 1
            )
            fails = value.isin("", HIVE_NULL) | (length > LONGEST_NAME)
            failed = F.coalesce(fails, F.lit(False))
            yield Rule(
                f"{name}_partition",
                "partition",
                name,
                "quarantine",
                failed,
                sample_of(value, "string"),
            )


def _checked(table: Table, *kinds: str) -> set[str]:
    """List the columns that checks of these kinds name; the empty name stands for a check on all columns."""
    checks = [check for check in table.checks if check.check in kinds]
    return {
        name.lower()
        for check in checks
        for name in (check.columns or (check.column or "",))
    }

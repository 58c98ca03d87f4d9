"""Which row of a key wins is decided on the driver as a MERGE decides it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from lakesmith.tables.upsert.arrow_order import comparable, is_comparable
from lakesmith.tables.upsert.precedence import Precedence
from lakesmith.tables.upsert.winners import compare_rows, count_rows, match_rows

KINDS = {"id": "int", "code": "string"}
NAN = float("nan")


def seq(*values: int | None) -> pa.Table:
    """Return rows with a sequence of one column."""
    kind = pa.struct({"at": pa.int32()})
    rows = pa.array([{"at": value} for value in values], kind)
    return pa.table({"_seq": rows, "_deleted": pa.array([False] * len(values))})


def wins(new: int | None, old: int | None, keeps_first: bool = False) -> bool | None:
    return compare_rows(seq(new), seq(old), {0: 0}, ["_seq", "_deleted"], Precedence(keeps_first))[0]


def test_keys_match_with_null_equal_to_null() -> None:
    batch = pa.table({"id": [1, None, 3], "code": ["a", None, "a"]})
    stored = pa.table({"id": [None, 1, 1], "code": [None, "b", "a"]})
    assert match_rows(batch, stored, KINDS) == {0: 2, 1: 0}


@pytest.mark.parametrize(
    ("new", "old", "newest", "first"),
    [(2, 1, True, False), (1, 2, False, True), (1, 1, None, None), (1, None, True, True), (None, 1, False, False)],
    ids=["newer", "older", "tied", "the table has none", "the batch has none"],
)
def test_the_greater_sequence_wins_or_the_smaller_one_where_the_first_row_stays(
    new: int | None, old: int | None, newest: bool | None, first: bool | None
) -> None:
    assert (wins(new, old), wins(new, old, keeps_first=True)) == (newest, first)


def test_at_the_same_sequence_a_delete_wins() -> None:
    delete = seq(1).set_column(1, "_deleted", pa.array([True]))
    for keeps_first in (False, True):
        assert compare_rows(delete, seq(1), {0: 0}, ["_seq", "_deleted"], Precedence(keeps_first)) == {0: True}


def test_without_a_column_that_decides_the_row_of_the_table_stays() -> None:
    assert compare_rows(seq(1, 2), seq(1), {1: 0}, []) == {1: False}


@pytest.mark.parametrize(
    ("kind", "ascending"),
    [
        (pa.float64(), [None, float("-inf"), -1.0, 0.0, float("inf"), NAN]),
        (pa.string(), [None, "", "Z", "a", "ä"]),
        (pa.timestamp("us"), [None, -1, 0, 10**18]),
        (pa.bool_(), [None, False, True]),
        (
            pa.struct({"a": pa.int32(), "b": pa.int32()}),
            [None, {"a": None, "b": 9}, {"a": 1, "b": None}, {"a": 1, "b": 2}],
        ),
    ],
    ids=str,
)
def test_values_are_in_the_order_of_spark(kind: pa.DataType, ascending: list[Any]) -> None:
    found = comparable(pa.array(ascending, kind))
    assert found == sorted(found)
    assert is_comparable(kind)


def test_the_write_is_counted_as_delta_counts_a_merge() -> None:
    batch = pa.table({"id": [1, 2, 3, 4], "_deleted": [True, False, True, True]})
    counts = count_rows(batch, {1: True, 2: True, 3: False})
    assert counts == {
        "numSourceRows": 4,
        "numTargetRowsInserted": 1,
        "numTargetRowsUpdated": 2,
        "numTargetRowsDeleted": 0,
        "insertedTombstones": 1,
        "updatedTombstones": 1,
    }

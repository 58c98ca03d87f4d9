from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakesmith.tables.schema.ddl import statements
from lakesmith.tables.schema.diff import ALLOWED, after, differences, is_wider, keeps_equality

NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal(8,2)", "decimal(10,2)", "decimal(38,0)")
TYPES = (*NUMBERS, "string", "date", "timestamp", "timestamp_ntz", "boolean", "array<int>")
columns = st.dictionaries(st.sampled_from(["id", "a", "b", "c"]), st.sampled_from(TYPES))


def said(have: dict[str, str], want: dict[str, str], renamed: dict[str, str] | None = None) -> list[str]:
    return [str(change) for change in differences(have, want, renamed)]


@pytest.mark.parametrize(
    ("have", "want", "text"),
    [
        ({}, {"a": "int"}, "+ a int"),
        ({"a": "int"}, {"a": "bigint"}, "~ a int -> bigint"),
        ({"a": "int"}, {"a": "string"}, "! a int -> string (needs a rebuild)"),
        ({"a": "float"}, {"a": "double"}, "! a float -> double (needs a rebuild)"),
        ({"a": "int"}, {}, "- a int (stays in the table, NULL in new and updated rows)"),
        ({"a": "int", "b": "int"}, {"A": "int", "B": "bigint"}, "~ b int -> bigint"),
        ({"a": "int", "A": "int"}, {"A": "int", "a": "bigint"}, "~ a int -> bigint"),
        ({}, {"_deleted": "boolean"}, "! _deleted nothing -> boolean (needs a rebuild)"),
        ({}, {"_seq.at": "int"}, "! _seq.at nothing -> int (needs a rebuild)"),
        ({"_seq.at": "int"}, {"_seq.AT": "int"}, "! _seq.AT nothing -> int (needs a rebuild)"),
        ({"_seq.at": "int"}, {}, "! _seq.at int -> nothing (needs a rebuild)"),
        ({"_seq.at": "int"}, {"_seq.at": "bigint"}, "~ _seq.at int -> bigint"),
        ({}, {"_rescued": "string"}, "+ _rescued string"),
        ({"a": "array<int>"}, {"a": "array<bigint>"}, "! a array<int> -> array<bigint> (needs a rebuild)"),
    ],
)
def test_each_difference_is_named(have: dict[str, str], want: dict[str, str], text: str) -> None:
    assert said(have, want)[0] == text


def test_a_rename_is_one_difference_also_within_the_sequence() -> None:
    have, want = {"a": "int", "_seq.a": "int"}, {"b": "int", "_seq.b": "int"}
    changes = differences(have, want, {"b": "a"})
    assert [str(change) for change in changes] == ["> _seq.a -> _seq.b", "> a -> b"]
    assert list(statements(changes, {})) == ["RENAME COLUMN `_seq`.`a` TO `b`", "RENAME COLUMN `a` TO `b`"]


def test_a_column_may_be_renamed_and_widened_at_once() -> None:
    changes = differences({"a": "int"}, {"b": "bigint"}, {"b": "a"})
    assert [str(change) for change in changes] == ["> a -> b", "~ b int -> bigint"]


def test_a_rename_that_was_done_counts_no_more() -> None:
    assert said({"b": "int"}, {"b": "int"}, {"b": "a"}) == []


def test_a_rename_beside_the_old_column_is_late() -> None:
    late = "! b is renamed from a, and the table has both"
    assert said({"a": "int", "b": "int"}, {"b": "int"}, {"b": "a"}) == [late]
    assert said({"a": "int", "b": "int"}, {"b": "int"}, {})[0].startswith("- a int")


def test_a_rename_from_a_column_that_is_not_there_is_no_new_column() -> None:
    assert said({"a": "int"}, {"b": "int"}, {"b": "A"})[0] == "! b is renamed from A, and the table has neither"


@pytest.mark.parametrize(("new", "same"), [("bigint", True), ("decimal(12,0)", True), ("double", False)])
def test_a_key_may_only_become_another_exact_number(new: str, same: bool) -> None:
    (change,) = differences({"a": "int"}, {"a": new})
    assert keeps_equality(change) is same


@given(columns, columns)
@settings(derandomize=True, max_examples=200)
def test_what_is_allowed_makes_the_table_what_the_batch_needs(have: dict[str, str], want: dict[str, str]) -> None:
    changes = differences(have, want)
    taken = [change for change in changes if change.kind in ALLOWED["widen"]]
    left = differences(after(have, taken), want)
    assert [change.kind for change in left if change.kind not in ("lose", "retype")] == []
    if not any(change.kind == "retype" for change in changes):
        assert after(have, taken) == {**have, **want}


@given(st.sampled_from(TYPES), st.sampled_from(TYPES), st.sampled_from(TYPES))
@settings(derandomize=True, max_examples=300)
def test_wider_is_an_order(one: str, two: str, three: str) -> None:
    assert not is_wider(one, one)
    assert not (is_wider(one, two) and is_wider(two, one))
    assert is_wider(one, three) or not (is_wider(one, two) and is_wider(two, three))


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("int", "bigint", "widen"),
        ("decimal(6,2)", "decimal(10,2)", "widen"),
        ("decimal(6,2)", "decimal(10,4)", "retype"),
        ("int", "double", "retype"),
        ("date", "timestamp_ntz", "retype"),
    ],
)
def test_a_column_that_names_directories_is_widened_where_the_names_stay(old: str, new: str, kind: str) -> None:
    (of_partition,) = differences({"p": old}, {"p": new}, partitions=["p"])
    (other,) = differences({"p": old}, {"p": new})
    assert (of_partition.kind, other.kind) == (kind, "widen")

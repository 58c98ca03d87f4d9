"""Which changes of a table break its consumers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lakesmith.contracts.changes.tables import table_changes
from lakesmith.contracts.changes.types import holds
from lakesmith.spec.model import Table

Make = Callable[..., Table]


def spec(**changes: Any) -> Table:
    """Return a table with one column, whose contract has some other keys."""
    base = {"from": "bronze.orders", "columns": {"n": {"type": "int"}, "t": {"type": "string"}, "d": {"type": "date"}}}
    return Table.model_validate({**base, **changes})


def changes(old: Table, new: Table) -> list[str]:
    return [str(one) for one in table_changes(old, new)]


def with_column(**column: Any) -> Table:
    return spec(columns={"n": {"type": "int", **column}})


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({"type": "bigint"}, {"type": "int"}, "column 'n': type was bigint, is int"),
        ({"type": "int"}, {"type": "string"}, "column 'n': type was int, is string"),
        ({"nullable": False}, {}, "column 'n': nullable was false, is true"),
        ({"sensitivity": "pii"}, {}, "column 'n': sensitivity was pii, is not set"),
        ({"sensitivity": "pii"}, {"sensitivity": "public"}, "column 'n': sensitivity was pii, is public"),
        ({"sensitivity": "pii"}, {"sensitivity": "own"}, "column 'n': sensitivity was pii, is own"),
        (
            {"sensitivity": "restricted"},
            {"sensitivity": "internal"},
            "column 'n': sensitivity was restricted, is internal",
        ),
    ],
)
def test_a_column_that_breaks(old: dict[str, Any], new: dict[str, Any], change: str) -> None:
    assert changes(with_column(**old), with_column(**new)) == [change]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "int"}, {"type": "bigint"}),
        ({}, {"nullable": False}),
        ({"sensitivity": "none"}, {}),
        ({"sensitivity": "internal"}, {"sensitivity": "restricted"}),
        ({"sensitivity": "public"}, {"sensitivity": "own"}),
        ({"description": "a"}, {"unit": "EUR", "default": 1}),
    ],
)
def test_a_column_that_may_change(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert changes(with_column(**old), with_column(**new)) == []


def test_a_column_that_is_gone() -> None:
    left = spec(columns={"t": {"type": "string"}})
    assert changes(with_column(), left) == ["column 'n': was int, is removed"]
    renamed = spec(columns={"m": {"type": "int", "renamed_from": "n"}})
    assert changes(with_column(), renamed) == ["column 'n': was int, is renamed to 'm'"]
    assert changes(left, spec(columns={"t": {"type": "string"}, "n": {"type": "int"}})) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("tinyint", "smallint", True),
        ("bigint", "decimal(20,0)", True),
        ("bigint", "decimal(19,0)", False),
        ("int", "double", True),
        ("bigint", "double", False),
        ("float", "double", True),
        ("double", "float", False),
        ("decimal(8,2)", "decimal(10,4)", True),
        ("decimal(8,2)", "decimal(9,4)", False),
        ("decimal(8,2)", "double", False),
        ("date", "timestamp_ntz", True),
        ("date", "timestamp", False),
        ("timestamp", "timestamp_ntz", False),
        ("array<int>", "array<bigint>", True),
        ("map<string,bigint>", "map<string,int>", False),
        ("struct<a:int,b:int>", "struct<b:int,a:bigint,c:int>", True),
        ("struct<a:int,b:int>", "struct<a:int>", False),
        ("decimal(8, 2)", "decimal(8,2)", True),
    ],
)
def test_a_wider_type_holds_the_old_values(old: str, new: str, expected: bool) -> None:
    assert holds(new, old) is expected


def test_a_key_that_breaks() -> None:
    two = spec(write={"keys": ["n", "t"]})
    assert changes(two, spec(write={"keys": ["n"]})) == ["key: was n, t, is n"]
    assert changes(two, spec()) == ["key: was n, t, is not set"]
    assert changes(two, spec(write={"keys": ["t", "n"]})) == []
    assert changes(spec(), two) == []


def check(**fields: Any) -> Table:
    return spec(checks=[{"id": "c", **fields}])


LOOSER = [
    ({"check": "not_null", "column": "n"}, {"check": "not_null", "column": "n", "on_fail": "warn"}, "on_fail"),
    ({"check": "not_null", "column": "n"}, {"check": "not_null", "column": "n", "where": "n > 0"}, "where"),
    ({"check": "not_null", "column": "n"}, {"check": "not_null", "column": "t"}, "column"),
    ({"check": "between", "column": "n", "max": 5}, {"check": "between", "column": "n", "max": 6}, "max"),
    ({"check": "between", "column": "n", "max": 5, "min": 1}, {"check": "between", "column": "n", "max": 5}, "min"),
    (
        {"check": "between", "column": "d", "max": "2024-01-09"},
        {"check": "between", "column": "d", "max": "2024-01-10"},
        "max",
    ),
    ({"check": "null_share", "column": "n", "max": 0.01}, {"check": "null_share", "column": "n", "max": "2 %"}, "max"),
    (
        {"check": "in_set", "column": "t", "values": ["a"]},
        {"check": "in_set", "column": "t", "values": ["a", "b"]},
        "values",
    ),
    (
        {"check": "not_in_set", "column": "t", "values": ["a", "b"]},
        {"check": "not_in_set", "column": "t", "values": ["a"]},
        "values",
    ),
    (
        {"check": "in_set", "column": "t", "values": ["a"], "on_null": "fail"},
        {"check": "in_set", "column": "t", "values": ["a"]},
        "on_null",
    ),
    (
        {"check": "not_null", "column": "n", "threshold": {"fail": "1 %"}},
        {"check": "not_null", "column": "n", "threshold": {"fail": "2 %"}},
        "threshold",
    ),
    (
        {"check": "not_null", "column": "n", "threshold": {"fail": "1 %"}},
        {"check": "not_null", "column": "n", "threshold": {"fail": "1 row"}},
        "threshold",
    ),
    (
        {"check": "not_null", "column": "n", "threshold": {"fail": "1 %"}},
        {"check": "not_null", "column": "n"},
        "threshold",
    ),
    (
        {"check": "not_null", "column": "n", "on_fail": "fail"},
        {"check": "not_null", "column": "n", "on_fail": "fail", "threshold": {"fail": "1 %"}},
        "threshold",
    ),
    ({"check": "unique", "columns": ["n"]}, {"check": "unique", "columns": ["n", "t"]}, "columns"),
    ({"check": "regex", "column": "t", "pattern": "^a"}, {"check": "regex", "column": "t", "pattern": "^b"}, "pattern"),
    (
        {"check": "freshness", "column": "d", "max_age": "36h"},
        {"check": "freshness", "column": "d", "max_age": "2d"},
        "max_age",
    ),
    (
        {"check": "compare", "column": "n", "operator": "<", "other": "t"},
        {"check": "compare", "column": "n", "operator": "<=", "other": "t"},
        "operator",
    ),
]


@pytest.mark.parametrize(("old", "new", "field"), LOOSER)
def test_a_check_that_lets_more_pass(old: dict[str, Any], new: dict[str, Any], field: str) -> None:
    (change,) = table_changes(check(**old), check(**new))
    assert (change.key, change.aspect) == (f"checks.0.{field}", field)


TIGHTER = [
    LOOSER[index][:2]
    for index in range(len(LOOSER))
    if LOOSER[index][2] not in ("column", "pattern") and LOOSER[index][1].get("threshold") != {"fail": "1 row"}
]


@pytest.mark.parametrize(("looser", "tighter"), [(new, old) for old, new in TIGHTER])
def test_a_check_that_lets_less_pass(looser: dict[str, Any], tighter: dict[str, Any]) -> None:
    assert changes(check(**looser), check(**tighter)) == []


def test_a_check_that_is_gone() -> None:
    old = check(check="between", column="n", max=5)
    assert changes(old, spec()) == ["check 'c' of column n: was between, is removed"]
    other = check(check="minimum", column="n", min=5)
    assert changes(old, other) == ["check 'c' of column n: was between, is minimum"]


def test_a_check_with_another_name_counts_if_it_is_as_strict() -> None:
    old = check(check="between", column="n", max=5)
    assert changes(old, spec(checks=[{"id": "e", "check": "between", "column": "n", "max": 4}])) == []
    looser = spec(checks=[{"id": "e", "check": "between", "column": "n", "max": 6}])
    assert changes(old, looser) == ["check 'c' of column n: was between, is removed"]


def test_a_check_of_no_contract_column_may_go() -> None:
    assert changes(check(check="row_count", min=1), spec()) == []
    assert changes(check(check="not_null", column="computed"), spec()) == []


def test_a_check_names_columns_in_its_sql_too() -> None:
    old = check(check="expression", expression="N > 0 AND t = 'd'")
    assert changes(old, spec()) == ["check 'c' of columns n, t: was expression, is removed"]
    now = check(check="expression", expression="n > 1")
    assert changes(old, now) == ["check 'c' of columns n, t: expression was N > 0 AND t = 'd', is n > 1"]


def test_a_check_of_a_column_that_is_gone_is_not_named_too() -> None:
    old = check(check="not_null", column="n")
    new = spec(columns={"t": {"type": "string"}, "d": {"type": "date"}})
    assert changes(old, new) == ["column 'n': was int, is removed"]


def terms(**contract: Any) -> Table:
    return spec(contract=contract)


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({"freshness": "36h"}, {"freshness": "2d"}, "contract: freshness was 36h, is 2d"),
        ({"freshness": "36h"}, {}, "contract: freshness was 36h, is not set"),
        (
            {"slo": {"records_passing": "99 %"}},
            {"slo": {"records_passing": "98.9 %"}},
            "contract: slo.records_passing was 99 %, is 98.9 %",
        ),
        (
            {"freshness": "36h"},
            {"freshness": "36h", "slo": {"fresh_time": "99 %"}},
            "contract: slo.fresh_time was 100 %, is 99 %",
        ),
        (
            {"slo": {"records_passing": "99 %", "window": "7d"}},
            {"slo": {"records_passing": "99 %"}},
            "contract: slo.window was 7d, is 28d",
        ),
        (
            {"slo": {"null_share": {"n": "1 %"}}},
            {"slo": {"null_share": {"n": "1.5 %"}}},
            "contract: slo.null_share.n was 1 %, is 1.5 %",
        ),
        (
            {"slo": {"null_share": {"n": "1 %"}}},
            {"slo": {"null_share": {"t": "1 %"}}},
            "contract: slo.null_share.n was 1 %, is not set",
        ),
    ],
)
def test_terms_that_break(old: dict[str, Any], new: dict[str, Any], change: str) -> None:
    assert changes(terms(**old), terms(**new)) == [change]
    if "freshness" in new or "slo" in new:
        assert changes(terms(), terms(**new)) == []


def test_terms_that_may_change() -> None:
    old = {"freshness": "2d", "slo": {"records_passing": "98 %"}, "consumers": ["a"], "owner": "b"}
    new = {"freshness": "48h", "slo": {"records_passing": "98.0%"}}
    assert changes(terms(**old), terms(**new)) == []

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.quality.gate import tag
from lakesmith.quality.rules import compile_rules, resolve
from lakesmith.spec.model import Check, Column, Table, Write
from lakesmith.spec.model.checks import check_from
from lakesmith.testing import frame
from lakesmith.transforms.contract import to_contract

NAN, INF = float("nan"), float("inf")


def made(**fields: Any) -> Check:
    return check_from(fields)


def table(*checks: Check, **columns: Column) -> Table:
    return Table(from_="bronze.orders", columns=columns, checks=checks)


def check_values(spark: SparkSession, kind: str, pairs: list[tuple[Any, bool]], **check: Any) -> None:
    """Compare what a check on column v of this type says of each value: True is failed."""
    df = frame(spark, f"id int, v {kind}", [(i, value) for i, (value, _) in enumerate(pairs)])
    (rule,) = compile_rules(table(made(id="c", column="v", **check)), dict(df.dtypes))
    assert rule.error == ""
    found = df.transform(tag([rule])).selectExpr("id", "_gate.r0 as failed")
    assert found.dtypes == [("id", "int"), ("failed", "boolean")]
    assert [tuple(row) for row in found.collect()] == [(i, failed) for i, (_, failed) in enumerate(pairs)]


def test_not_null(spark: SparkSession) -> None:
    check_values(spark, "string", [("a", False), ("", False), (None, True)], check="not_null")
    check_values(spark, "double", [(NAN, False), (None, True)], check="not_null", on_null="pass")


def test_not_blank(spark: SparkSession) -> None:
    pairs = [("a", False), ("", True), (" \t\r\n", True), (None, True), ("\u00a0", False)]
    check_values(spark, "string", pairs, check="not_blank")
    check_values(spark, "int", [(0, False), (None, True)], check="not_blank")


@pytest.mark.parametrize(("on_null", "failed"), [("skip", False), ("pass", False), ("fail", True)])
def test_on_null_says_what_null_means(spark: SparkSession, on_null: str, failed: bool) -> None:
    check_values(spark, "int", [(None, failed), (5, False)], check="between", min=0, on_null=on_null)
    check_values(spark, "string", [(None, failed), ("a", False)], check="regex", pattern="a", on_null=on_null)
    check_values(spark, "string", [(None, failed), ("a", False)], check="in_set", values=("a",), on_null=on_null)
    check_values(spark, "string", [(None, failed), ("a", False)], check="length", max=1, on_null=on_null)
    check_values(spark, "int", [(None, failed), (5, False)], check="expression", expression="v > 0", on_null=on_null)


def test_between_whole_numbers_and_one_bound(spark: SparkSession) -> None:
    check_values(spark, "int", [(-1, True), (0, False), (120, False), (121, True)], check="between", min=0, max=120)
    check_values(spark, "bigint", [(2**62, False), (-1, True)], check="between", min=0)
    check_values(spark, "int", [(0, True), (1, False)], check="between", min=0.5)


def test_between_decimals_is_exact(spark: SparkSession) -> None:
    pairs = [
        (Decimal("0.0000"), True),
        (Decimal("0.0001"), False),
        (Decimal("0.1000"), False),
        (Decimal("0.1001"), True),
    ]
    check_values(spark, "decimal(12,4)", pairs, check="between", min="0.00001", max=0.1)
    pairs = [(Decimal("12345678901234567890.01"), False), (Decimal("12345678901234567890.02"), True)]
    check_values(spark, "decimal(38,2)", pairs, check="between", max="12345678901234567890.01")


def test_between_floats_fails_nan(spark: SparkSession) -> None:
    check_values(
        spark, "double", [(NAN, True), (INF, False), (-INF, True), (0.1, False), (None, False)], check="between", min=0
    )
    check_values(spark, "float", [(NAN, True), (INF, True), (0.5, False)], check="between", max=1)


def test_between_dates_and_moments(spark: SparkSession) -> None:
    days = [(date(2010, 11, 30), True), (date(2010, 12, 1), False)]
    check_values(spark, "date", days, check="between", min="2010-12-01")
    moments = [(datetime(2010, 12, 1, 8), False), (datetime(2010, 12, 1, 8, 0, 1), True)]
    check_values(spark, "timestamp", moments, check="between", max="2010-12-01T08:00:00Z")
    check_values(spark, "timestamp", moments, check="between", max="2010-12-01 08:00")
    check_values(spark, "timestamp", moments, check="between", max="2010-12-01T09:00:00+01:00")


def test_in_set(spark: SparkSession) -> None:
    check_values(spark, "string", [("UK", False), ("uk", True), ("", True)], check="in_set", values=("UK", "FR"))
    check_values(spark, "int", [(1, False), (3, True)], check="in_set", values=(1, 2))
    check_values(
        spark, "decimal(4,2)", [(Decimal("0.10"), False), (Decimal("0.11"), True)], check="in_set", values=(0.1,)
    )
    check_values(spark, "boolean", [(True, False), (False, True)], check="in_set", values=(True,))


def test_regex_is_found_anywhere_unless_anchored(spark: SparkSession) -> None:
    check_values(spark, "string", [("xay", False), ("b", True), ("", True)], check="regex", pattern="a")
    check_values(spark, "string", [("é1", False), ("1é", True)], check="regex", pattern=r"^\p{L}\d$")


def test_length_counts_code_points(spark: SparkSession) -> None:
    check_values(
        spark, "string", [("😀😀", False), ("é", True), ("", True), ("abc", True)], check="length", min=2, max=2
    )


@pytest.mark.parametrize(("kind", "check", "error"), [
    ("int", {"check": "between", "min": "soon"}, "'soon' is not a int"),
    ("decimal(8,2)", {"check": "between", "min": "NaN"}, "'NaN' is not a decimal(8,2)"),
    ("date", {"check": "between", "max": "2010-02-30"}, "'2010-02-30' is not a date"),
    ("timestamp", {"check": "between", "max": 5}, "5 is not a timestamp"),
    ("array<int>", {"check": "between", "max": 5}, "a column of type array<int> cannot be compared with 5"),
    ("string", {"check": "in_set", "values": (1,)}, "1 is not a string"),
    ("boolean", {"check": "in_set", "values": ("yes",)}, "'yes' is not a boolean"),
    ("int", {"check": "in_set", "values": (True,)}, "True is not a int"),
])  # fmt: skip
def test_what_cannot_be_compared_is_an_error_not_a_pass(
    spark: SparkSession, kind: str, check: dict, error: str
) -> None:
    (rule,) = compile_rules(table(made(id="c", column="v", **check)), {"v": kind})
    assert rule.error == error


def test_a_missing_column_is_an_error(spark: SparkSession) -> None:
    (rule,) = compile_rules(table(made(id="c", check="not_null", column="nope")), {"v": "int"})
    assert rule.error == "column 'nope' is not there"
    assert spark.range(1).select(rule.failed, rule.sample).first() == (False, None)


def test_an_expression_that_does_not_fit_is_an_error(spark: SparkSession) -> None:
    checks = [
        made(id=f"c{i}", check="expression", expression=text) for i, text in enumerate(("nope > 0", "id > 0", "'x'"))
    ]
    rules = resolve(compile_rules(table(*checks), {"id": "bigint"}), spark.range(1))
    assert [bool(rule.error) for rule in rules] == [True, False, True]
    assert "nope" in rules[0].error


def test_cast_failed_and_given_come_by_themselves(spark: SparkSession) -> None:
    spec = table(
        qty=Column(type="int", source="Qty", nullable=False), name=Column(type="string"), made=Column(type="int")
    )
    ddl = "qty int, name string, made int, _raw struct<QTY:string,name:string,_rescued:string>"
    df = frame(spark, ddl, [
        (6, "a", 1, ("6", "a", None)), (None, "a", 1, ("six", "a", None)), (None, "a", 1, (" ", "a", None)),
        (None, "a", 1, (None, "a", '{"extra": "1"}')), (None, None, None, (None, None, '{"_corrupt_record": "x"}')),
        (7, "a", 1, ("seven", "a", "")),
    ])  # fmt: skip
    rules = compile_rules(spec, dict(df.dtypes))
    assert [(rule.id, rule.check, rule.column, rule.on_fail) for rule in rules] == [
        ("row_parsed", "row_parsed", "_rescued", "quarantine"),
        ("qty_cast", "cast_failed", "qty", "quarantine"),
        ("qty_given", "not_null", "qty", "quarantine"),
    ]
    tags = [tuple(row[0]) for row in df.transform(tag(rules)).select("_gate").collect()]
    no, yes = False, True
    assert tags == [(no, no, no), (no, yes, yes), (no, no, yes), (no, no, yes), (yes, no, yes), (no, no, no)]


def test_rescued_text_on_the_frame_itself(spark: SparkSession) -> None:
    df = frame(spark, "id int, _rescued string", [(1, None), (2, '{"_corrupt_record":"a,b"}'), (3, "no json")])
    rules = compile_rules(table(), dict(df.dtypes))
    rows = df.transform(tag(rules)).select("_gate.r0", rules[0].sample).collect()
    assert [tuple(row) for row in rows] == [(False, None), (True, "a,b"), (False, None)]


@pytest.mark.parametrize(("check", "ids"), [
    ({"check": "cast_failed", "column": "qty"}, ["price_cast", "qty_given", "c"]),
    ({"check": "cast_failed"}, ["qty_given", "c", "c"]),
    ({"check": "not_null", "column": "qty"}, ["qty_cast", "price_cast", "c"]),
    ({"check": "not_blank", "column": "qty"}, ["qty_cast", "price_cast", "c"]),
])  # fmt: skip
def test_a_check_of_the_spec_takes_the_place_of_the_implicit_one(
    spark: SparkSession, check: dict, ids: list[str]
) -> None:
    spec = table(
        made(id="c", on_fail="warn", **check),
        qty=Column(type="int", nullable=False),
        price=Column(type="decimal(8,2)"),
    )
    kinds = {"qty": "int", "price": "decimal(8,2)", "_raw": "struct<qty:string,x:struct<price:int>,price:string>"}
    assert [rule.id for rule in compile_rules(spec, kinds)] == ids


def test_a_cast_without_its_raw_text_is_an_error(spark: SparkSession) -> None:
    (rule,) = compile_rules(table(made(id="c", check="cast_failed", column="qty")), {"qty": "int"})
    assert rule.error == "the raw text of column 'qty' is not there"


def test_samples_are_text_of_bounded_length(spark: SparkSession) -> None:
    df = frame(spark, "s string, b binary, a array<int>", [("é" * 300, b"\xff", [1])])
    checks = [made(id="c", check="not_null", column=name) for name in df.columns]
    samples = df.select(*(rule.sample for rule in compile_rules(table(*checks), dict(df.dtypes)))).first()
    assert tuple(samples) == ("é" * 256, "FF", "[1]")


def test_text_that_no_directory_can_be_named_by_is_no_partition(spark: SparkSession) -> None:
    spec = Table(from_="bronze.orders", write=Write(partition_by=("part",)))
    (rule,) = compile_rules(spec, {"part": "string"})
    assert (rule.id, rule.on_fail) == ("part_partition", "quarantine")
    bad = ["", "__HIVE_DEFAULT_PARTITION__", "p" * 251, "é" * 126, "=" * 84, "\0", "a\0b"]
    good = [None, " ", "p" * 250, "é" * 125, "=" * 83]
    found = frame(spark, "part string", [(value,) for value in bad + good]).filter(rule.failed).collect()
    assert [row["part"] for row in found] == bad


def test_a_timestamp_before_year_one_is_no_partition(spark: SparkSession) -> None:
    spec = Table(from_="bronze.orders", write=Write(partition_by=("at",)))
    (rule,) = compile_rules(spec, {"at": "timestamp"})
    assert (rule.id, rule.on_fail) == ("at_partition", "quarantine")
    bad = ["-0044-03-15 01:02:03", "0000-12-31 23:59:59"]
    good = [None, "0001-01-01 00:00:00", "+12345-01-01 00:00:00"]
    rows = frame(spark, "text string", [(value,) for value in bad + good])
    found = rows.selectExpr("text", "cast(text AS timestamp) AS at").filter(rule.failed).select("text").collect()
    assert [row["text"] for row in found] == bad
    assert compile_rules(spec, {"at": "timestamp_ntz"}) == compile_rules(spec, {"at": "date"}) == ()


def failed_by(spark: SparkSession, ddl: str, rows: list[tuple], *checks: Check) -> list[tuple]:
    df = frame(spark, ddl, rows)
    rules = resolve(compile_rules(table(*checks), dict(df.dtypes)), df)
    assert [rule.error for rule in rules] == [""] * len(rules)
    tagged = df.transform(tag(rules))
    return [tuple(row._gate) for row in tagged.orderBy("id").collect()]


def test_a_row_on_which_an_expression_throws_fails_alone(spark: SparkSession) -> None:
    texts = {
        "share": "100 / n > 1",
        "share_again": "100 / n < 50",
        "next_one": "n + 1 > 0",
        "next_small": "n + 1 < 100",
        "as_int": "cast(s AS int) >= 9",
        "as_date": "cast(s AS date) > date'2020-01-01'",
        "by_data": "s RLIKE p",
    }
    checks = [made(id=name, check="expression", expression=text) for name, text in texts.items()]
    rows = [(1, 0, "x", "["), (2, 5, "2024-01-01", "2"), (3, 2147483647, "9", "9"), (4, None, None, None)]
    assert failed_by(spark, "id int, n int, s string, p string", rows, *checks) == [
        (True, True, False, False, True, True, True),
        (False, False, False, False, True, False, False),
        (True, False, True, True, False, True, False),
        (False, False, False, False, False, False, False),
    ]


def test_what_throws_fails_whatever_null_means(spark: SparkSession) -> None:
    share = {"check": "expression", "expression": "100 / n > 1"}
    checks = [made(id=word, on_null=word, **share) for word in ("skip", "fail")]
    assert failed_by(spark, "id int, n int", [(1, 0), (2, None)], *checks) == [(True, True), (False, True)]


@pytest.mark.parametrize("check", [
    {"check": "expression", "expression": "id"},
    {"check": "expression", "expression": "id > AND 1"},
    {"check": "expression", "expression": "id > > 1"},
    {"check": "expression", "expression": "iid > 1"},
])  # fmt: skip
def test_what_cannot_be_evaluated_is_an_error_of_its_rule(spark: SparkSession, check: dict) -> None:
    df = frame(spark, "id int, s string", [(1, "a")])
    (rule,) = resolve(compile_rules(table(made(id="c", **check)), dict(df.dtypes)), df)
    assert rule.error


def test_a_float_column_knows_the_number_that_is_listed(spark: SparkSession) -> None:
    check_values(spark, "float", [(0.1, False), (0.2, True)], check="in_set", values=(0.1,))
    check_values(spark, "float", [(0.1, False), (0.2, True)], check="between", max=0.1)


def test_bytes_that_are_no_text_are_quarantined(spark: SparkSession) -> None:
    spec = Table(from_="bronze.orders", columns={"note": Column(type="string", source="Note")})
    landed = frame(spark, "id int, Note binary", [(1, b"\xc3\xa9"), (2, b"\xff"), (3, None), (4, b"")])
    rows = landed.transform(to_contract(spec.columns))
    (rule,) = compile_rules(spec, dict(rows.dtypes))
    assert rule.id == "note_cast"
    assert [tuple(row) for row in rows.filter(rule.failed).select("id", rule.sample).collect()] == [(2, "FF")]


@pytest.mark.parametrize(("null_means", "failed"), [("no_value", [False, True]), ("unchanged", [True, True])])
def test_a_partial_event_gives_each_part_of_its_key(spark: SparkSession, null_means: Any, failed: list[bool]) -> None:
    write = Write(strategy="cdc", keys=("a", "b"), sequence_by=("at",), partial_updates=True, null_means=null_means)
    spec = Table(from_="bronze.a", columns={name: Column(type="int") for name in ("a", "b", "at")}, write=write)
    df = frame(spark, "a int, b int, at int", [(1, None, 1), (None, None, 2)])
    rules = [rule for rule in compile_rules(spec, dict(df.dtypes)) if rule.id == "write_keys_given"]
    found = df.transform(tag(rules)).orderBy("at").selectExpr("_gate.r0")
    assert [row["r0"] for row in found.collect()] == failed

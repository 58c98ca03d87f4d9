from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType, DataType, DateType, StringType

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.values.casting import cast_or_null


def check(spark: SparkSession, found: str, wanted: str, pairs: list[tuple], format: str | None = None) -> None:
    df = frame(spark, f"id int, v {found}, expected {wanted}", [(i, v, e) for i, (v, e) in enumerate(pairs)])
    typed = cast_or_null(F.col("v"), DataType.fromDDL(found), DataType.fromDDL(wanted), format)
    rows = df.select(typed.alias("v"), "expected")
    assert rows.schema["v"].dataType.simpleString() == rows.schema["expected"].dataType.simpleString()
    different = [(one, two) for one, two in rows.collect() if not (one == two or (one != one and two != two))]
    assert different == []


def test_decimal_is_kept_exactly_or_null(spark: SparkSession) -> None:
    check(spark, "string", "decimal(12,4)", [
        ("1.2300000", Decimal("1.2300")), ("1.23456", None), ("-0.0001", Decimal("-0.0001")), (" 2.5 ", Decimal("2.5")),
        ("1e3", Decimal(1000)), ("1.23456e2", Decimal("123.4560")), ("12345e-5", None), ("12345678", Decimal(12345678)),
        ("123456789", None), ("99999999.99995", None), ("NaN", None), ("Infinity", None), ("-inf", None),
        ("1,5", None), ("1.5d", None), ("", None), (" ", None), (None, None),
        ("1.00000000000000000000000000000000001", None),
    ])  # fmt: skip


def test_decimal_of_all_digits_sees_what_lies_beyond_its_reach(spark: SparkSession) -> None:
    check(spark, "string", "decimal(38,2)", [("1.230", Decimal("1.23")), ("1.239", None)])


def test_whole_numbers_are_whole_text(spark: SparkSession) -> None:
    check(spark, "string", "int", [
        ("6", 6), (" -6 ", -6), ("+6", 6), ("6.0", None), ("6.5", None), ("1e3", None), ("0x1F", None), ("6L", None),
        ("2147483648", None), ("٣", None), ("", None), ("six", None), (None, None),
    ])  # fmt: skip


def test_double_keeps_nan_and_refuses_java_suffixes(spark: SparkSession) -> None:
    check(spark, "string", "double", [
        ("1.5", 1.5), ("1e-3", 0.001), ("NaN", float("nan")), ("Infinity", float("inf")), ("inf", float("inf")),
        ("1.5f", None), ("2d", None), ("x", None), ("", None),
    ])  # fmt: skip


def test_timestamp_is_a_written_moment(spark: SparkSession) -> None:
    check(spark, "string", "timestamp", [
        ("2010-12-01 08:26:00", datetime(2010, 12, 1, 8, 26)), ("2010-12-01T08:26:00Z", datetime(2010, 12, 1, 8, 26)),
        ("2010-12-01", datetime(2010, 12, 1)), ("1969-12-31 23:59:59", datetime(1969, 12, 31, 23, 59, 59)),
        ("2024-03-01T05:45:00+05:30", datetime(2024, 3, 1, 0, 15)), ("2024-03-01T05:45:00+05:3", None),
        ("now", None), ("today", None), ("epoch", None), ("12:30", None), ("T12:30", None), ("2010-02-30", None),
        ("2010-12-01 25:00:00", None), ("2010-12-01 junk", None), ("", None), (None, None),
    ])  # fmt: skip


def test_date_refuses_words_and_junk(spark: SparkSession) -> None:
    check(spark, "string", "date", [
        ("2010-12-01", date(2010, 12, 1)), ("2010-12-01 08:26:00", date(2010, 12, 1)),
        ("2010-12-01 junk", None), ("yesterday", None), ("01/12/2010", None), ("2010-13-01", None), ("", None),
    ])  # fmt: skip


def test_a_shape_that_only_looks_like_a_date_is_none(spark: SparkSession) -> None:
    texts = [
        "2024-03-  ", "2024-03- 1", "2024- 3-01", "1:1:1.1234+10:10:10", "1:1:1.1234-10:10:10", "2024-03-01 10:00:.5",
        "2024-03-01 10:00:+5", "12:30:45.12-10:10:1", "2024-03-01 1:1:1 NZ",
        "2024-03-01 1:1:1EST", "2024-03-01x10:00:00", "2024-03-01 10:00:0x",
        "2024-03-01 10:00:0.", "2024-03-01 10:0:00.", "2024-3-01 10:5+1:30", "2024-03-01 10:00:00.",
    ]  # fmt: skip
    for wanted in ("date", "timestamp", "timestamp_ntz"):
        check(spark, "string", wanted, [(text, None) for text in texts])
    at = datetime(2024, 3, 1, 10, 0, 1)
    check(spark, "string", "timestamp", [("2024-03-01 10:00:1Z", at), ("2024-03-01 10:00:01", at)])
    check(spark, "string", "timestamp_ntz", [("2024-03-01 10:00:1Z", None), ("2024-03-01 10:00:01", at)])


@pytest.mark.parametrize("wanted", ["date", "timestamp", "timestamp_ntz"])
def test_a_year_beyond_the_type_is_no_value_of_a_format(spark: SparkSession, wanted: str) -> None:
    check(spark, "string", wanted, [("+300000-01-01", None), ("-300000-01-01", None), ("2024", None)], "yyyy-MM-dd")


def test_format_reads_exactly_that_format(spark: SparkSession) -> None:
    check(spark, "string", "date", [
        ("01/12/2010", date(2010, 12, 1)), ("31/02/2010", None), ("2010-12-01", None), ("", None),
        ("01/12/2010 x", None),
    ], "dd/MM/yyyy")  # fmt: skip
    check(
        spark, "string", "timestamp", [("1.12.2010 8:26", datetime(2010, 12, 1, 8, 26)), ("8:26", None)], "d.M.yyyy H:m"
    )


def test_text_stays_as_landed(spark: SparkSession) -> None:
    check(spark, "string", "string", [("", ""), (" a ", " a "), (None, None)])


def test_boolean_and_binary(spark: SparkSession) -> None:
    check(spark, "string", "boolean", [("true", True), ("no", False), ("maybe", None), ("", None)])
    check(spark, "string", "binary", [("é", bytearray("é".encode())), ("", None), (None, None)])


@pytest.mark.parametrize(("found", "wanted", "pairs"), [
    ("double", "bigint", [(17850.0, 17850), (1.5, None), (float("nan"), None), (float("inf"), None), (None, None),
                          (float(2**63), None), (-float(2**63), -(2**63))]),
    ("float", "int", [(3.0, 3), (float(2**31), None)]),
    ("double", "decimal(12,4)", [(0.1, Decimal("0.1")), (0.12345, None), (float("nan"), None), (1e300, None)]),
    ("double", "decimal(38,0)", [(float(2**60), Decimal(2**60)), (-float(2**60), Decimal(-(2**60)))]),
    ("float", "decimal(12,1)", [(float(2**31), Decimal(2**31)), (-float(2**24), Decimal(-(2**24))), (1.5, Decimal("1.5"))]),
    ("float", "decimal(12,4)", [(0.5, Decimal("0.5")), (0.10000000149011612, Decimal("0.1")), (0.12345678, None)]),
    ("decimal(8,4)", "decimal(8,2)", [(Decimal("1.2300"), Decimal("1.23")), (Decimal("1.2340"), None)]),
    ("decimal(38,18)", "decimal(38,0)", [(Decimal("1.000000000000000001"), None), (Decimal("7"), Decimal("7"))]),
    ("decimal(3,2)", "decimal(3,1)", [(Decimal("9.99"), None), (Decimal("9.90"), Decimal("9.9"))]),
    ("decimal(38,18)", "bigint", [(Decimal("1.000000000000000001"), None), (Decimal("7"), 7)]),
    ("bigint", "int", [(5, 5), (2**40, None)]),
    ("bigint", "decimal(3,2)", [(5, Decimal("5.00")), (10, None)]),
    ("bigint", "double", [(2**53, float(2**53)), (2**53 + 1, float(2**53))]),
    ("double", "float", [(0.5, 0.5), (1e300, None), (1e-300, None), (0.0, 0.0), (float("inf"), float("inf")),
                         (float("nan"), float("nan"))]),
])  # fmt: skip
def test_numbers_become_other_numbers_only_when_exact(
    spark: SparkSession, found: str, wanted: str, pairs: list[tuple]
) -> None:
    check(spark, found, wanted, pairs)


@pytest.mark.parametrize("wanted", ["date", "timestamp", "timestamp_ntz"])
def test_a_number_is_no_date(spark: SparkSession, wanted: str) -> None:
    check(spark, "bigint", wanted, [(19783, None), (2024, None), (20240301, None)])
    check(spark, "double", wanted, [(45352.0, None)])


@pytest.mark.parametrize("format", ["yyyyMMdd", "yyyyMMdd[HH]", "yyyy[MMdd]", "yyyyMMdd HH"])
def test_a_sign_before_digits_only_is_none_of_a_year(spark: SparkSession, format: str) -> None:
    check(spark, "string", "date", [("-20240301", None), ("-20240301 10", None), ("-2024030110", None)], format)
    check(spark, "string", "date", [("-0044-03-15", None)], format)


def test_a_number_is_read_by_a_format(spark: SparkSession) -> None:
    check(spark, "int", "date", [(20240301, date(2024, 3, 1)), (202403, None), (-20240301, None)], "yyyyMMdd")


def test_times_become_other_times(spark: SparkSession) -> None:
    check(spark, "timestamp", "date", [(datetime(2010, 12, 1, 8), date(2010, 12, 1)), (None, None)])


@pytest.mark.parametrize(("source", "target", "pairs"), [
    ("array<string>", "array<int>", [(["1", None], [1, None]), (["1", "x"], None), (["1.5"], None), ([], []), (None, None)]),
    ("array<double>", "array<int>", [([1.0, 2.0], [1, 2]), ([1.5], None)]),
    ("map<string,string>", "map<string,int>", [({"k": "1"}, {"k": 1}), ({"k": "1", "z": "abc"}, None), ({}, {})]),
    ("map<string,string>", "map<int,string>", [({"1": "a"}, {1: "a"}), ({"1": "a", "01": "b"}, None), ({"x": "a"}, None)]),
    ("struct<a:int,b:int>", "struct<b:int,a:int>", [((1, 2), (2, 1)), ((None, 2), (2, None)), (None, None)]),
    ("struct<d:string,n:array<string>>", "struct<d:date,n:array<int>>", [
        (("2024-03-01", ["1"]), (date(2024, 3, 1), [1])), (("2024", ["1"]), None), (("2024-03-01", ["x"]), None),
    ]),
])  # fmt: skip
def test_what_is_within_a_value_is_cast_as_the_value_or_all_is_null(
    spark: SparkSession, source: str, target: str, pairs: list[tuple[Any, Any]]
) -> None:
    check(spark, source, target, pairs)


@pytest.mark.parametrize(("source", "target"), [
    ("struct<a:int>", "struct<b:int>"), ("struct<a:int,b:int>", "struct<a:int>"), ("array<int>", "map<int,int>"),
])  # fmt: skip
def test_values_of_another_shape_are_not_cast(source: str, target: str) -> None:
    with pytest.raises(StepError, match="LS303"):
        cast_or_null(F.col("v"), DataType.fromDDL(source), DataType.fromDDL(target))


def test_a_float_becomes_the_double_that_it_stands_for(spark: SparkSession) -> None:
    check(
        spark,
        "float",
        "double",
        [
            (0.1, 0.1),
            (-0.0, -0.0),
            (float("inf"), float("inf")),
            (1e10, 1e10),
            (float(2**31), float(2**31)),
            (None, None),
        ],
    )


def test_text_is_no_struct() -> None:
    with pytest.raises(StepError, match="LS303"):
        cast_or_null(F, DataType.fromDDL("string"), DataType.fromDDL("struct<a:int>"))  # type: ignore[arg-type]


def test_text_of_nested_values_tells_them_apart(spark: SparkSession) -> None:
    pairs = [
        ("array('a, b')", "array('a', 'b')"),
        ("array('null')", "array(CAST(NULL AS STRING))"),
        ("named_struct('a', '1, 2', 'b', CAST(NULL AS STRING))", "named_struct('a', '1', 'b', '2, null')"),
        ("map('a', '1, b -> 2')", "map('a', '1', 'b', '2')"),
        ("parse_json('1')", "parse_json('\"1\"')"),
    ]
    for one, other in pairs:
        rows = spark.sql(f"SELECT {one} AS one, {other} AS other")
        texts = [cast_or_null(F.col(name), rows.schema[name].dataType, StringType()) for name in rows.columns]
        first, second = rows.select(*texts).first()
        assert first != second, first


def test_bytes_are_their_text_or_null(spark: SparkSession) -> None:
    rows = frame(spark, "b binary", [(b"\xc3\xa9",), (b"",), (b"\xff",), (None,)])
    text = cast_or_null(F.col("b"), BinaryType(), StringType())
    assert [row[0] for row in rows.select(text).collect()] == ["é", "", None, None]


@pytest.mark.parametrize("text", ["", "  "])
def test_empty_text_is_null_also_by_a_format_of_sections(spark: SparkSession, text: str) -> None:
    df = frame(spark, "t string", [(text,), ("01.03.2024",), ("2024-03-01",)])
    days = df.select(cast_or_null(F.col("t"), StringType(), DateType(), "[dd.MM.yyyy][yyyy-MM-dd]")).collect()
    assert [row[0] for row in days] == [None, date(2024, 3, 1), date(2024, 3, 1)]


@pytest.mark.parametrize(
    ("kind", "value"), [("double", "1152921504606846976"), ("float", "2147483648"), ("float", "0.1")]
)
def test_a_float_as_text_keeps_its_digits(spark: SparkSession, kind: str, value: str) -> None:
    df = spark.sql(f"SELECT cast('{value}' AS {kind}) AS x")
    assert df.select(cast_or_null(F.col("x"), df.schema["x"].dataType, StringType())).first()[0] == value

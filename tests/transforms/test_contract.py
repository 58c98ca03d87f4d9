from __future__ import annotations

import pytest
from chispa import assert_df_equality
from pyspark.sql import Row, SparkSession

from lakesmith.errors import StepError
from lakesmith.spec.model import Column
from lakesmith.testing import frame
from lakesmith.transforms.contract import select_contract, to_contract


def test_source_is_found_whatever_its_case_and_the_raw_row_stays(spark: SparkSession) -> None:
    df = frame(spark, "QTY string, Country string, _file string", [("6", "UK", "a.csv"), ("six", None, "b.csv")])
    columns = {
        "quantity": Column(type="int", source="Qty"),
        "country": Column(type="string"),
        "later": Column(type="int"),
    }
    expected = frame(
        spark,
        "quantity int, country string, _file string, _raw struct<QTY:string,Country:string,_file:string>",
        [(6, "UK", "a.csv", ("6", "UK", "a.csv")), (None, None, "b.csv", ("six", None, "b.csv"))],
    )
    assert_df_equality(df.transform(to_contract(columns)), expected, ignore_nullable=True)


def test_one_source_can_feed_two_columns_and_others_are_kept(spark: SparkSession) -> None:
    df = frame(spark, "at string, note string", [("2010-12-01", "x")])
    columns = {"day": Column(type="date", source="at"), "text": Column(type="string", source="at")}
    assert df.transform(to_contract(columns)).columns == ["day", "text", "note", "_raw"]


def test_a_column_that_takes_the_name_of_an_incoming_one_replaces_it(spark: SparkSession) -> None:
    df = frame(spark, "id string, code string", [("1", "2")])
    row = df.transform(to_contract({"id": Column(type="int", source="code")})).first()
    assert row == Row(id=2, _raw=Row(id="1", code="2"))


def test_raw_is_not_wrapped_again(spark: SparkSession) -> None:
    df = frame(spark, "id string, _raw struct<old:string>", [("1", ("x",))])
    row = df.transform(to_contract({"id": Column(type="int")})).first()
    assert row == Row(id=1, _raw=Row(old="x"))


def test_names_with_dots_and_blanks_pass(spark: SparkSession) -> None:
    df = frame(spark, "`unit price` string, `a.b` string", [("1", "2")])
    assert df.transform(to_contract({})).first() == Row(**{"unit price": "1", "a.b": "2", "_raw": Row("1", "2")})


def test_select_gives_exactly_the_contract_with_comments(spark: SparkSession) -> None:
    df = frame(spark, "extra int, B int, a string, _seq int, _raw string", [(1, 2, "x", 3, "r")])
    columns = {"a": Column(type="string", description="A name"), "b": Column(type="bigint")}
    selected = df.transform(select_contract(columns, ("_seq",)))
    assert selected.dtypes == [("a", "string"), ("b", "bigint"), ("_seq", "int")]
    assert selected.schema["a"].metadata == {"comment": "A name"}
    assert selected.first() == Row(a="x", b=2, _seq=3)


def test_select_names_all_missing_and_the_present_columns(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS302 .*: b, c\n.*: a\n"):
        frame(spark, "a int", [(1,)]).transform(
            select_contract({"a": Column(type="int"), "b": Column(type="int")}, ("c",))
        )


def test_select_refuses_another_family(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS303 column 'a' has type string .* says int"):
        frame(spark, "a string", [("1",)]).transform(select_contract({"a": Column(type="int")}))


def test_select_types_a_null_column(spark: SparkSession) -> None:
    df = spark.sql("select null as a")
    assert df.transform(select_contract({"a": Column(type="decimal(8,2)")})).dtypes == [("a", "decimal(8,2)")]


def test_select_of_no_contract_keeps_all(spark: SparkSession) -> None:
    df = frame(spark, "a int, _b int", [(1, 2)])
    assert df.transform(select_contract({})).columns == ["a", "_b"]

"""A rule that a table needs is neither replaced nor answered by a guess."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.quality.gate import tag
from lakesmith.quality.raw import types_with_raw
from lakesmith.quality.rules import compile_rules
from lakesmith.spec.model import Column, Table, Write
from tests.quality.test_rules import made, table


@pytest.mark.parametrize(("check", "ids"), [
    ({"on_fail": "warn"}, ["id_cast", "id_given", "at_given", "c", "d", "e"]),
    ({"on_fail": "fail", "threshold": {"fail": "50 %"}}, ["id_cast", "id_given", "at_given", "c", "d", "e"]),
    ({"on_fail": "drop"}, ["c", "d", "e"]),
    ({"on_fail": "quarantine", "where": "true"}, ["id_cast", "id_given", "at_given", "c", "d", "e"]),
])  # fmt: skip
def test_a_check_that_lets_rows_pass_does_not_replace_the_rule_of_a_key_or_a_time(
    spark: SparkSession, check: dict, ids: list[str]
) -> None:
    checks = [
        made(id="c", check="not_null", column="id", **check),
        made(id="d", check="not_null", column="AT", **check),
        made(id="e", check="cast_failed", column="id", **check),
    ]
    write = Write(strategy="snapshot", keys=("id",), sequence_by=("at",))
    columns = {"id": Column(type="int", nullable=False), "at": Column(type="timestamp")}
    spec = Table(from_="bronze.orders", checks=tuple(checks), columns=columns, write=write)
    kinds = {"id": "int", "at": "timestamp", "_raw": "struct<id:string>"}
    assert [rule.id for rule in compile_rules(spec, kinds)] == ids


@pytest.mark.parametrize("name", ["a<b", "kg)", "City, State", "Time: start", "<18"])
def test_a_field_of_any_name_does_not_hide_the_text_of_another(spark: SparkSession, name: str) -> None:
    raw = F.struct(F.lit("1").alias(name), F.lit("six").alias("qty"))
    df = spark.range(1).select(F.lit(None).cast("int").alias("qty"), raw.alias("_raw"))
    rules = compile_rules(table(qty=Column(type="int")), types_with_raw(df))
    assert [tuple(row[0]) for row in df.transform(tag(rules)).select("_gate").collect()] == [(True,)]


def test_a_record_that_is_too_long_for_the_parser_is_not_parsed(spark: SparkSession) -> None:
    rescued = spark.range(1).selectExpr(
        "1 AS id", """concat('{"_corrupt_record":"', repeat('x', 20500000), '"}') AS _rescued"""
    )
    rules = compile_rules(table(), dict(rescued.dtypes))
    assert rescued.transform(tag(rules)).select("_gate.r0").first()[0] is True

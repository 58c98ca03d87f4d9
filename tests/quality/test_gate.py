from __future__ import annotations

from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, Observation, SparkSession

from lakesmith.quality.check_result import CheckResult
from lakesmith.quality.gate import accepted, gate_metrics, rejected, tag
from lakesmith.quality.gate_results import gate_results
from lakesmith.quality.rule import Rule
from lakesmith.quality.rules import compile_rules
from lakesmith.spec.model import Check, Table
from lakesmith.spec.model.checks import check_from
from lakesmith.testing import frame


def made(**fields: Any) -> Check:
    return check_from(fields)


CHECKS = (
    made(id="given", check="not_null", column="n"),
    made(id="positive", check="between", column="n", min=0),
    made(id="small", check="between", column="n", max=99, on_fail="drop"),
    made(id="even", check="expression", expression="n % 2 = 0", on_fail="warn"),
    made(id="not_five", check="expression", expression="n != 5", on_fail="fail"),
    made(id="odd_one", check="not_null", column="nope"),
)
RAW = "struct<N:string,_source_file:string>"


def batch(spark: SparkSession) -> tuple[DataFrame, tuple[Rule, ...]]:
    rows = [(2, ("2", "a")), (5, ("5", "a")), (-1, ("-1", None)), (None, (None, "b")), (100, ("100", "b"))]
    df = frame(spark, f"n int, _raw {RAW}", rows)
    return df, compile_rules(Table(from_="bronze.orders", checks=CHECKS), dict(df.dtypes))


def test_accepted_fail_neither_quarantine_nor_drop(spark: SparkSession) -> None:
    df, rules = batch(spark)
    good = df.transform(tag(rules)).transform(accepted(rules))
    assert_df_equality(good, frame(spark, f"n int, _raw {RAW}", [(2, ("2", "a")), (5, ("5", "a"))]))


def test_rejected_keep_reasons_and_the_raw_row(spark: SparkSession) -> None:
    df, rules = batch(spark)
    bad = df.transform(tag(rules)).transform(rejected(rules))
    ddl = "_reasons array<struct<check:string,column:string,value:string>>, _raw string"
    expected = [
        ([("positive", "n", "-1")], '{"N":"-1","_source_file":null}'),
        ([("given", "n", None)], '{"N":null,"_source_file":"b"}'),
    ]
    assert_df_equality(bad, frame(spark, ddl, expected), ignore_nullable=True)


def test_rules_that_no_row_fails_are_not_evaluated_again(
    spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    df, rules = batch(spark)
    tagged = df.filter("n IS NOT NULL").transform(tag(rules))
    counts = tagged.agg(*gate_metrics(rules)).first().asDict()
    bad = tagged.transform(rejected(rules, counts))
    assert_df_equality(bad, tagged.transform(rejected(rules)), ignore_nullable=True)
    assert bad.count() == 1
    bad.explain(mode="formatted")
    plan = capsys.readouterr().out
    assert "positive" in plan
    assert "given" not in plan


def test_without_a_raw_row_the_row_itself_is_kept(spark: SparkSession) -> None:
    df = frame(spark, "n int, s string", [(None, "é")])
    rules = compile_rules(Table(from_="bronze.orders", checks=CHECKS[:1]), dict(df.dtypes))
    assert df.transform(tag(rules)).transform(rejected(rules)).first()._raw == '{"n":null,"s":"é"}'


def test_counts_by_agg_and_by_observation_of_a_write_are_equal(spark: SparkSession) -> None:
    df, rules = batch(spark)
    tagged, observation = df.transform(tag(rules)), Observation("gate")
    observed = tagged.observe(observation, *gate_metrics(rules))
    observed.transform(accepted(rules)).write.format("noop").mode("overwrite").save()
    expected = {
        "rows": 5, "quarantined": 2, "dropped": 1, "failing": 4,
        "failed_0": 1, "failed_1": 1, "failed_2": 1, "failed_3": 2, "failed_4": 1, "failed_5": 0,
    }  # fmt: skip
    assert observation.get == expected
    assert tagged.agg(*gate_metrics(rules)).first().asDict() == expected


def test_a_row_to_quarantine_and_to_drop_counts_once(spark: SparkSession) -> None:
    checks = (
        made(id="q", check="between", column="n", max=1),
        made(id="d", check="between", column="n", max=1, on_fail="drop"),
    )
    df = frame(spark, "n int", [(2,)])
    rules = compile_rules(Table(from_="bronze.orders", checks=checks), dict(df.dtypes))
    counts = df.transform(tag(rules)).agg(*gate_metrics(rules)).first()
    assert (counts.rows, counts.quarantined, counts.dropped) == (1, 1, 0)


def test_no_rows_count_zero(spark: SparkSession) -> None:
    df, rules = batch(spark)
    counts = df.limit(0).transform(tag(rules)).agg(*gate_metrics(rules)).first()
    assert set(counts) == {0}


def test_no_rules_accept_everything(spark: SparkSession) -> None:
    df = frame(spark, "n int", [(1,), (None,)])
    tagged = df.transform(tag([]))
    assert_df_equality(tagged.transform(accepted([])), df)
    assert tagged.transform(rejected([])).collect() == []


def test_verdicts(spark: SparkSession) -> None:
    _, rules = batch(spark)
    metrics = {"rows": 5, **dict.fromkeys((f"failed_{i}" for i in range(6)), 1), "failed_0": 0}
    assert gate_results(rules, metrics) == (
        CheckResult("given", "n", "quarantine", "pass", 0),
        CheckResult("positive", "n", "quarantine", "quarantine", 1, "1 of 5 rows"),
        CheckResult("small", "n", "drop", "drop", 1, "1 of 5 rows"),
        CheckResult("even", "", "warn", "warn", 1, "1 of 5 rows"),
        CheckResult("not_five", "", "fail", "fail", 1, "1 of 5 rows"),
        CheckResult("odd_one", "nope", "quarantine", "error", 0, "column 'nope' is not there"),
    )

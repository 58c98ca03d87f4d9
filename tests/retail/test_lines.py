"""What the steps of silver.order_lines make of a landed line."""

from __future__ import annotations

from pathlib import Path

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from lakesmith.spec.load import load_project
from lakesmith.testing import frame
from lakesmith.transforms.steps.bind import run_steps

CONF = Path(__file__).parents[2] / "conf"
LANDED = "invoice_no string, _raw struct<CustomerID string>"


def typed_lines(lines: DataFrame) -> DataFrame:
    steps = load_project(CONF, "local", {}).project.table("silver.order_lines").steps
    return lines.transform(run_steps([step for step in steps if "with_columns" in step], {}))


def customer_ids(spark: SparkSession, *texts: str | None) -> DataFrame:
    return frame(spark, LANDED, [("536365", (text,)) for text in texts]).transform(typed_lines).select("customer_id")


@pytest.mark.parametrize(("text", "number"), [("17850.0", 17850), ("17850", 17850), ("17850.000", 17850)])
def test_digits_with_zeros_after_the_point_are_a_customer_number(spark: SparkSession, text: str, number: int) -> None:
    assert_df_equality(customer_ids(spark, text), frame(spark, "customer_id bigint", [(number,)]))


@pytest.mark.parametrize(
    "text", ["17850.5", "VIP", " 17850.0", "17850.0\n", "17850.", "-17850.0", "1e4", "99999999999999999999.0", ""]
)
def test_any_other_text_is_no_customer_number(spark: SparkSession, text: str) -> None:
    assert_df_equality(customer_ids(spark, text), frame(spark, "customer_id bigint", [(None,)]))


def test_an_anonymous_line_has_no_customer_number(spark: SparkSession) -> None:
    assert_df_equality(customer_ids(spark, None), frame(spark, "customer_id bigint", [(None,)]))


def test_invoices_that_begin_with_a_capital_c_are_cancellations(spark: SparkSession) -> None:
    lines = frame(spark, LANDED, [(name, (None,)) for name in ("C536379", "536365", "A563186", "c536379", None)])
    expected = [("C536379", True), ("536365", False), ("A563186", False), ("c536379", False), (None, None)]
    assert_df_equality(
        lines.transform(typed_lines).select("invoice_no", "is_cancellation"),
        frame(spark, "invoice_no string, is_cancellation boolean", expected),
    )


def test_other_columns_stay_as_they_are(spark: SparkSession) -> None:
    line = frame(spark, f"{LANDED}, description string", [("536365", ("17850.0",), "  LANTERN ")])
    assert_df_equality(line.transform(typed_lines).select(line.columns), line)

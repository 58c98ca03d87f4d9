"""Measure what each check says of special values, and lay it out as a page of the docs.

``python -m tests.quality.conformance`` writes the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from lakesmith.quality.check_result import CheckResult
from lakesmith.quality.gate import tag
from lakesmith.quality.rules import compile_rules
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks import check_from
from lakesmith.spec.step_kinds.statistics import Frozen, Statistic, Value
from tests.quality.measuring import NOON, results

PAGE = Path(__file__).parents[2] / "docs" / "check-semantics.md"
NAN, INF = float("nan"), float("inf")
VALUES: dict[str, tuple[str, list[tuple[str, Any]]]] = {
    "text": ("string", [("NULL", None), ("`''`", ""), ("`' '`", " ")]),
    "number": ("double", [("NULL", None), ("NaN", NAN), ("infinity", INF), ("-0.0", -0.0)]),
}
# One check of each kind, and the values that it is asked of.
OF_ROWS: list[tuple[str, str, Mapping[str, Any]]] = [
    ("`not_null`", "text", {"check": "not_null"}),
    ("`not_blank`", "text", {"check": "not_blank"}),
    ("`in_set: [a]`", "text", {"check": "in_set", "values": ["a"]}),
    ("`not_in_set: [a]`", "text", {"check": "not_in_set", "values": ["a"]}),
    ("`regex: '^a'`", "text", {"check": "regex", "pattern": "^a"}),
    ("`length`, `min: 1`", "text", {"check": "length", "min": 1}),
    ("`matches_format: email`", "text", {"check": "matches_format", "format": "email"}),
    ("`parses_as: int`", "text", {"check": "parses_as", "type": "int"}),
    ("`expression: v = 'a'`", "text", {"check": "expression", "expression": "v = 'a'"}),
    ("`not_null`", "number", {"check": "not_null"}),
    ("`between`, `min: 0`", "number", {"check": "between", "min": 0}),
    ("`between`, `max: 0`", "number", {"check": "between", "max": 0}),
    ("`in_set: [0]`", "number", {"check": "in_set", "values": [0]}),
    ("`compare`, `= w` (w is 0.0)", "number", {"check": "compare", "operator": "=", "other": "w"}),
    ("`expression: v >= 0`", "number", {"check": "expression", "expression": "v >= 0"}),
]
SAMPLES: dict[str, list[tuple[Any, str | None]]] = {
    "no row": [],
    "only NULL": [(None, None), (None, None)],
    "1, 2, NULL": [(1.0, "a"), (2.0, "b"), (None, None)],
    "1, NaN": [(1.0, "a"), (NAN, "NaN")],
    "1, infinity": [(1.0, "a"), (INF, "infinity")],
    "0.0, -0.0": [(0.0, ""), (-0.0, "")],
}
FROZEN = {"silver.orders": Frozen("silver.orders", 1, {Statistic("v", "quantile", 1).key: Value("1.5", "double")})}
OF_BATCHES: list[tuple[str, Mapping[str, Any]]] = [
    *((f"`{name}`", {"check": name, "column": "v"}) for name in (
        "null_count", "null_share", "sum", "mean", "stddev", "median", "minimum", "maximum", "distinct_count",
        "outlier_share", "unique_share", "most_frequent_share", "entropy",
    )),
    ("`outlier_share` above a frozen 1.5", {
        "check": "outlier_share", "column": "v", "method": "quantile", "upper": 1, "reference": "silver.orders",
    }),
    ("`correlation` with w", {"check": "correlation", "column": "v", "other": "w"}),
    ("`mutual_information` with w", {"check": "mutual_information", "column": "v", "other": "w"}),
    ("`null_share_per_group` by w", {"check": "null_share_per_group", "column": "v", "by": ["w"]}),
    ("`decreases` in the order of w", {"check": "decreases", "column": "v", "order_by": ["w"]}),
]  # fmt: skip


def page(spark: SparkSession) -> str:
    """Return the page."""
    lines = [
        "# What checks say of special values",
        "",
        "This page is written by the tests, which compare it with what the checks do, on a classic session and over Spark",
        "Connect. `python -m tests.quality.conformance` writes it again.",
        "",
        "## Checks of rows",
        "",
        "With the default `on_null: skip`. With `on_null: fail` each of them fails on NULL.",
    ]
    for noun in VALUES:
        lines += ["", *_of_rows(spark, noun)]
    lines += [
        "",
        "## Checks of a batch",
        "",
        "What is measured of a column `v` of floating-point numbers. *none*: there is nothing to measure, so that the check",
        "passes, or fails with `on_null: fail`. NaN is in no bounds. A check of an estimate that no bound decides computes it.",
        "",
        *_of_batches(spark),
    ]
    return "\n".join(lines) + "\n"


def _of_rows(spark: SparkSession, noun: str) -> Iterator[str]:
    kind, values = VALUES[noun]
    rows = [(index, value, 0.0) for index, (_, value) in enumerate(values)]
    df = spark.createDataFrame(rows, f"i int, v {kind}, w double")
    checks = [(name, check) for name, of, check in OF_ROWS if of == noun]
    made = tuple(check_from({"id": f"c{i}", "column": "v", **check}) for i, (_, check) in enumerate(checks))
    rules = compile_rules(Table(from_="bronze.orders", checks=made), dict(df.dtypes), NOON)
    found = sorted(df.transform(tag(rules)).select("i", "_gate").collect())
    yield f"| on {noun} | {' | '.join(name for name, _ in values)} |"
    yield "|---" * (len(values) + 1) + "|"
    for position, (name, _) in enumerate(checks):
        said = ["fails" if row._gate[position] else "passes" for row in found]
        yield f"| {name} | {' | '.join(said)} |"


def _of_batches(spark: SparkSession) -> Iterator[str]:
    yield f"| v is | {' | '.join(SAMPLES)} |"
    yield "|---" * (len(SAMPLES) + 1) + "|"
    said = {name: _measured(spark, rows) for name, rows in SAMPLES.items()}
    for position, (name, _) in enumerate(OF_BATCHES):
        yield f"| {name} | {' | '.join(said[sample][position] for sample in SAMPLES)} |"


def _measured(spark: SparkSession, rows: list[tuple[Any, str | None]]) -> list[str]:
    numbered = [(value, text, float(index)) for index, (value, text) in enumerate(rows)]
    df = spark.createDataFrame(numbered, "v double, t string, w double").coalesce(1)
    asked = [{**check, "min": 9e307, "on_null": "fail"} for _, check in OF_BATCHES]
    return [_shown(one) for one in results(df, *asked, frozen=FROZEN)]


def _shown(found: CheckResult) -> str:
    """Return what a check measured, from its message: no value is within the bounds."""
    if "no row has a value" in found.message:
        return "none"
    if found.status == "pass":
        return "infinity"
    shown = found.message.partition(" is ")[2].partition(", expected")[0]
    return shown.partition(" (")[0].removeprefix("about ")


if __name__ == "__main__":
    from lakesmith.session.start import get_session, read_properties

    conf = Path(__file__).parents[2] / "conf" / "spark" / "local.conf"
    PAGE.write_text(page(get_session(read_properties(conf))), encoding="utf-8")

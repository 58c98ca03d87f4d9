"""Checks of another package: one model each, and how it is made; Lakesmith has no line for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Literal

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from lakesmith.errors import ConfigError
from lakesmith.quality import gate
from lakesmith.quality.batch_checks import batch_metrics, batch_results
from lakesmith.quality.check_result import CheckResult, batch_result
from lakesmith.quality.checks import registry as evaluations
from lakesmith.quality.checks.batch.evaluation import BatchEvaluation, BatchScope
from lakesmith.quality.rules import compile_rules
from lakesmith.spec.load import load_project
from lakesmith.spec.model import Table
from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks import BatchCheck, RowCheck, registry
from lakesmith.spec.yaml.provenance import Finding
from lakesmith.testing import frame


def toy_package() -> None:
    """Register what a package would register when its module is imported."""

    @registry.declare
    class Even(RowCheck):
        check: Literal["even"]
        column: ColumnName

    @evaluations.column_check(Even)
    def even(check: Even, value: Column, kind: str) -> Column:
        return value % 2 != 0

    @registry.declare
    class MeanBelow(BatchCheck):
        check: Literal["mean_below"]
        column: ColumnName
        limit: int

        def findings(self, columns: Any) -> Iterator[Finding]:
            if self.limit <= 0:
                yield Finding("LS141", "limit", "the limit is not above 0", "raise it")

    @evaluations.batch_check(MeanBelow)
    class MeanBelowEvaluation(BatchEvaluation[MeanBelow]):
        def metrics(self) -> dict[str, Column]:
            return {f"mean_{self.check.column}": F.avg(self.check.column)}

        def result(self, metrics: Mapping[str, Any]) -> CheckResult:
            mean = metrics[f"mean_{self.check.column}"]
            return batch_result(self.check, f"the mean is {mean}" if mean >= self.check.limit else "")


SPECS = {
    "base.yml": "name: shop\n",
    "sources/orders.yml": "format: csv\npath: in\ncolumns: [OrderId]\n",
    "tables/bronze/orders.yml": "from: sources.orders\n",
}
CHECKS = """
from: bronze.orders
columns: {n: {type: int, source: OrderId}}
checks:
  - {id: even_n, check: even, column: n}
  - {id: low_n, check: mean_below, column: n, limit: 3, on_fail: warn}
"""


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the package: its entry point is found when a spec names a check that is unknown."""
    point = EntryPoint("toys", "toys.checks", registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda point: "even" in registry._models or toy_package())
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == registry.GROUP else [])
    for module, name in ((registry, "_models"), (evaluations, "_row_rules"), (evaluations, "_evaluations")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))


def test_a_toy_check_is_made_and_reported(spark: SparkSession, toys: None) -> None:
    table = Table.model_validate({"from": "bronze.orders", "checks": [
        {"id": "even_n", "check": "even", "column": "n"},
        {"id": "low_n", "check": "mean_below", "column": "n", "limit": 3, "on_fail": "warn"},
    ]})  # fmt: skip
    df = frame(spark, "n int", [(2,), (3,), (10,)])
    rules = compile_rules(table, dict(df.dtypes))
    counts = df.transform(gate.tag(rules)).agg(*gate.gate_metrics(rules)).first().asDict()
    scope = BatchScope(table, dict(df.dtypes))
    measured = df.agg(*batch_metrics(scope)).first().asDict()
    found = [*gate.gate_results(rules, counts), *batch_results(scope, measured)]
    assert [(one.check, one.status, one.message) for one in found] == [
        ("even_n", "quarantine", "1 of 3 rows"),
        ("low_n", "warn", "the mean is 5.0"),
    ]


def problems(conf: Path, checks: str) -> list[tuple[str, int, str]]:
    for name, text in (*SPECS.items(), ("tables/silver/toys.yml", checks)):
        (conf / name).parent.mkdir(parents=True, exist_ok=True)
        (conf / name).write_text(text)
    try:
        load_project(conf)
    except ConfigError as error:
        return [(one.code, one.line, one.what) for one in error.problems]
    return []


def test_a_toy_check_is_validated_like_any_other(toys: None, tmp_path: Path) -> None:
    assert problems(tmp_path, CHECKS) == []
    extra = CHECKS.replace("column: n}", "column: n, limit: 1}")
    assert problems(tmp_path, extra) == [("LS140", 5, "check 'even' takes no 'limit'")]
    unsound = CHECKS.replace("limit: 3", "limit: 0")
    assert problems(tmp_path, unsound) == [("LS141", 6, "the limit is not above 0")]
    unknown = CHECKS.replace("even,", "evn,")
    assert [code for code, _, _ in problems(tmp_path, unknown)] == ["LS112"]


def test_a_check_that_nothing_makes_is_an_error_of_its_own(toys: None) -> None:
    even = Table.model_validate({"from": "bronze.a", "checks": [{"id": "c", "check": "even", "column": "n"}]})
    evaluations._row_rules.pop("even")
    (rule,) = compile_rules(even, {"n": "int"})
    assert rule.error == "no package says how check 'even' is made"


def test_a_package_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("toys", "no_such_package.checks", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    with pytest.raises(ConfigError) as error:
        registry.check_model("even")
    (problem,) = error.value.problems
    assert problem.code == "LS148" and "no_such_package" in problem.what


def test_a_name_that_is_taken_is_refused() -> None:
    class Other(RowCheck):
        check: Literal["not_null"]

    with pytest.raises(ConfigError, match="two checks are named 'not_null'"):
        registry.declare(Other)

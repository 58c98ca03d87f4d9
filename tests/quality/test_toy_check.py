"""Checks of other packages; Lakesmith has no line for them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, EntryPoints
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
from lakesmith.quality.gate_results import gate_results
from lakesmith.quality.rules import compile_rules
from lakesmith.spec import installed
from lakesmith.spec.load import load_project
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks import BatchCheck, CheckedColumn, RowCheck, registry
from lakesmith.spec.yaml.provenance import Finding
from lakesmith.testing import frame


def declare_mean_below() -> None:
    """Register a check of a batch, as the module of a package does when it is imported."""

    @registry.declare
    class MeanBelow(BatchCheck):
        check: Literal["mean_below"]
        column: CheckedColumn
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


PAGE = Path(__file__).parents[2] / "docs" / "checks.md"
SPECS = {
    "base.yml": "name: shop\n",
    "sources/orders.yml": "format: csv\npath: in\ncolumns: [OrderId]\n",
    "tables/bronze/orders.yml": "from: sources.orders\n",
}
TOYS = """
from: bronze.orders
columns: {qty: {type: int, source: OrderId}}
checks:
  - {id: even_n, check: even, column: qty}
  - {id: low_n, check: mean_below, column: qty, limit: 3, on_fail: warn}
"""


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Install the package of the page, which has the check `even`, and the check `mean_below`."""
    model, evaluation = re.findall(
        r"```python\n(.*?)```", PAGE.read_text().partition("## Checks of your own")[2], re.DOTALL
    )
    package = tmp_path / "site" / "our_checks"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(model)
    (package / "spark.py").write_text(evaluation)
    monkeypatch.syspath_prepend(str(package.parent))
    point = EntryPoint("our_checks", "our_checks", registry.GROUP)
    monkeypatch.setattr(installed, "entry_points", lambda group: EntryPoints([point]).select(group=group))
    for module, name in ((registry, "_models"), (evaluations, "_row_rules"), (evaluations, "_evaluations")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))
    for module in ("our_checks", "our_checks.spark"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    declare_mean_below()


def problems(conf: Path, checks: str) -> list[tuple[str, int, str]]:
    for name, text in (*SPECS.items(), ("tables/silver/toys.yml", checks)):
        (conf / name).parent.mkdir(parents=True, exist_ok=True)
        (conf / name).write_text(text)
    try:
        load_project(conf)
    except ConfigError as error:
        return [(one.code, one.line, one.what) for one in error.problems]
    return []


def test_a_toy_check_is_made_and_reported(spark: SparkSession, toys: None, tmp_path: Path) -> None:
    assert problems(tmp_path / "conf", TOYS) == []
    table = load_project(tmp_path / "conf").project.table("silver.toys")
    df = frame(spark, "qty int", [(2,), (3,), (10,)])
    rules = compile_rules(table, dict(df.dtypes))
    counts = df.transform(gate.tag(rules)).agg(*gate.gate_metrics(rules)).first().asDict()
    scope = BatchScope(table, dict(df.dtypes))
    measured = df.agg(*batch_metrics(scope)).first().asDict()
    found = [*gate_results(rules, counts), *batch_results(scope, measured)]
    assert [(one.check, one.status, one.message) for one in found] == [
        ("even_n", "quarantine", "1 of 3 rows"),
        ("low_n", "warn", "the mean is 5.0"),
    ]


@pytest.mark.parametrize(("old", "new", "problem"), [
    ("column: qty}", "column: qty, limit: 1}", ("LS140", 5, "check 'even' takes no 'limit'")),
    ("even, column: qty}", "even}", ("LS140", 5, "check 'even' needs 'column'")),
    ("limit: 3", "limit: 0", ("LS141", 6, "the limit is not above 0")),
    ("column: qty, limit", "column: qt, limit", ("LS131", 6, "column 'qt' is not in the contract")),
])  # fmt: skip
def test_a_toy_check_is_validated_like_any_other(
    toys: None, tmp_path: Path, old: str, new: str, problem: tuple[str, int, str]
) -> None:
    assert problems(tmp_path / "conf", TOYS.replace(old, new)) == [problem]


def test_a_check_that_nothing_makes_is_an_error_of_its_rule() -> None:
    class Unmade(RowCheck):
        check: Literal["unmade"]

    (rule,) = compile_rules(Table(from_="bronze.a", checks=(Unmade(id="c"),)), {"n": "int"})
    assert rule.error == "no package says how check 'unmade' is made"


def test_a_package_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("toys", "no_such_package.checks", registry.GROUP)
    monkeypatch.setattr(installed, "entry_points", lambda group: EntryPoints([point]))
    with pytest.raises(ConfigError) as error:
        registry.check_model("even")
    (problem,) = error.value.problems
    assert problem.code == "LS148" and "no_such_package" in problem.what


def test_a_name_that_is_taken_is_refused() -> None:
    class Other(RowCheck):
        check: Literal["not_null"]

    with pytest.raises(ConfigError, match="two checks are named 'not_null'"):
        registry.declare(Other)

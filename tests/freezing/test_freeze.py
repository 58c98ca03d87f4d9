"""What a freeze measures and what it refuses, on frames that stand for published tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.freezing import freeze as module
from lakesmith.freezing.freeze import FrozenVersion, freeze
from lakesmith.ledger.publications import publish
from lakesmith.observe.references import References
from lakesmith.spec.model import Project
from lakesmith.spec.step_kinds.statistics import Statistic
from lakesmith.tables.ref import project_table

ROWS = "SELECT * FROM VALUES (1, 'a', 'x@y.z', array(1), 0.5D), (2, 'b', 'x@y.z', array(2), 1.5D) AS t(id, shop, mail, tags, rate)"
RUN_TIME = "2026-01-01T00:00:00+00:00"
Freeze = Callable[..., FrozenVersion]


def project_in(root: Path, *steps: dict[str, Any]) -> Project:
    mail = {"type": "string", "sensitivity": "personal"}
    columns = {"id": {"type": "int"}, "shop": {"type": "string"}, "mail": mail}
    orders = {"from": "bronze.orders", "columns": columns, "steps": [*steps]}
    tables = {"silver": {"orders": orders}}
    return Project.model_validate({"name": "shop", "warehouse": str(root), "tables": tables})


@pytest.fixture
def freeze_in(tmp_path: Path, spark: SparkSession) -> Freeze:
    """Freeze a query as the published version 3 of silver.orders."""

    def of(*steps: dict[str, Any], sql: str = ROWS, columns: tuple[str, ...] = ()) -> FrozenVersion:
        project = project_in(tmp_path, *steps)
        publish(spark, project_table(project, "ops.published"), "local", "r1", RUN_TIME, {"silver.orders": 3})
        return freeze(spark, project, lambda name: spark.sql(sql), "silver.orders", columns)

    return of


def test_columns_without_statistics_and_secret_ones_are_left_out(freeze_in: Freeze) -> None:
    made = freeze_in()
    assert (made.version, made.table_version, made.rows) == (1, 3, 2)
    assert {row["column"] for row in made.statistics} == {"id", "shop", "rate"}
    named = freeze_in(columns=("Mail",))
    assert (named.version, [(row["column"], row["value"]) for row in named.statistics]) == (2, [("mail", "x@y.z")])


def test_quantiles_and_groups_that_steps_ask_for_are_frozen(
    freeze_in: Freeze, tmp_path: Path, spark: SparkSession
) -> None:
    steps = (
        {"cap": {"column": "id", "upper": {"quantile": 0.999}}},
        {"impute": {"column": "rate", "method": "median", "by": ["shop", "id"]}},
    )
    assert freeze_in(*steps).groups == 2
    frozen = References(spark, project_in(tmp_path)).read("silver.orders", 1)
    assert frozen.value(Statistic("id", "quantile", 0.999)).text == "2"
    groups = frozen.of_groups(Statistic("rate", "median", by=("shop", "id")))
    assert (groups.types, groups.values["a", "1"].text) == (("string", "int"), "0.5")


@pytest.mark.parametrize(
    ("step", "options", "message"),
    [
        (None, {"sql": f"{ROWS} WHERE false"}, "LS337 silver.orders has no rows to measure"),
        (None, {"columns": ("tags",)}, "LS336 column 'tags' is array<int>, which has no statistics"),
        (["rate"], {}, "LS336 silver.orders has no groups by 'rate', which is double"),
        (["tags"], {}, "LS336"),
        (["town"], {}, "LS336 silver.orders has no groups by 'town', which is not there"),
        (["shop"], {}, "LS338 the mean of 'id' by shop has more than 1 groups"),
    ],
)
def test_what_a_freeze_refuses(
    freeze_in: Freeze, monkeypatch: pytest.MonkeyPatch, step: list[str] | None, options: dict[str, Any], message: str
) -> None:
    monkeypatch.setattr(module, "MOST_GROUPS", 1)
    steps = [{"impute": {"column": "id", "method": "mean", "by": step}}] if step else []
    with pytest.raises(InputError, match=message):
        freeze_in(*steps, **options)


def test_groups_of_a_column_that_has_no_median_are_not_measured(freeze_in: Freeze) -> None:
    assert freeze_in({"impute": {"column": "shop", "method": "median", "by": ["id"]}}).groups == 0

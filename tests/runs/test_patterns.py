from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import StepError
from lakesmith.quality.regex_problems import require_patterns, with_known_patterns
from lakesmith.quality.rules import compile_rules, resolve
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks import check_from
from lakesmith.testing import frame


@pytest.mark.parametrize(
    ("check", "is_broken"),
    [
        ({"check": "regex", "column": "s", "pattern": "(?P<x>a)"}, True),
        ({"check": "expression", "expression": "regexp_like(s, '(?P<x>a)')"}, True),
        ({"check": "expression", "expression": "id = 1 OR s RLIKE '['"}, True),
        ({"check": "expression", "expression": "s IS NULL OR id < 7 OR s RLIKE '[[a]'"}, True),
        ({"check": "expression", "expression": "id < 7 OR split(s, concat('(', 'a'))[0] = ''"}, True),
        ({"check": "expression", "expression": "id < 7 OR s RLIKE r'\\d' OR s RLIKE s"}, False),
        ({"check": "regex", "column": "s", "pattern": "(?<x>a)"}, False),
        ({"check": "expression", "expression": "id = 1 OR s RLIKE '[a]'"}, False),
    ],
)
def test_a_pattern_that_java_does_not_take_is_an_error_of_its_rule(
    spark: SparkSession, check: dict[str, str], is_broken: bool
) -> None:
    rows = frame(spark, "id int, s string", [(1, "a")])
    spec = Table(from_="bronze.orders", checks=(check_from({"id": "c", **check}),))
    resolved = resolve(compile_rules(spec, dict(rows.dtypes)), rows)
    (rule,) = with_known_patterns(resolved, rows)
    assert bool(rule.error) is is_broken


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ({"steps": ({"filter": "id < 7 OR s RLIKE '[[a]'"},)}, "steps.0"),
        ({"sql": "SELECT * FROM orders WHERE id < 7 OR s RLIKE '[[a]'"}, "sql"),
        (
            {"write": {"strategy": "upsert", "keys": ["id"], "apply_as_deletes": "s RLIKE '[[a]'"}},
            "write.apply_as_deletes",
        ),
    ],
)
def test_a_pattern_of_a_step_that_java_does_not_take_stops_the_batch_by_its_name(
    spark: SparkSession, spec: dict[str, Any], place: str
) -> None:
    rows = frame(spark, "id int, s string", [(1, "a")])
    with pytest.raises(StepError, match="LS149") as caught:
        require_patterns("silver.orders", Table(from_="bronze.orders", **spec), rows)
    assert f"where: silver.orders, {place}" in str(caught.value)


def test_patterns_that_java_takes_stop_nothing(spark: SparkSession) -> None:
    rows = frame(spark, "id int, s string", [(1, "a")])
    steps = ({"filter": "s RLIKE '[[a]]' OR s RLIKE s"}, {"with_columns": {"t": "split(s, ',')"}})
    require_patterns("silver.orders", Table(from_="bronze.orders", steps=steps), rows)

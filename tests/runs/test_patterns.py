from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.gate.regex_problems import with_known_patterns
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

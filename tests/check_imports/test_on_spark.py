"""What is imported from another tool can be evaluated: all conditions, patterns, expressions and queries run."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.check_imports.import_file import import_checks
from lakesmith.quality.check_frame import check_frame
from lakesmith.spec.model.checks import References, check_from
from tests.check_imports.test_samples import FILES, SAMPLES

ROW = """
    1 AS id, 1 AS order_id, 2 AS line, 7 AS customer, 'AB1' AS code, 'paid' AS status, 'a' AS kind, 2.5D AS price,
    'a@b.org' AS email, '' AS note, '1' AS fax, date'2024-01-31' AS day, date'2024-01-02' AS shipped,
    date'2024-01-01' AS ordered, timestamp'2024-01-31 08:00:00' AS updated, timestamp'2024-01-31 08:00:00' AS landed_at
"""
# A number that dbt compares with text, which its comment tells to quote.
NO_TEXT = {"dbt_schema.yml": {"status_in_set_2": "1 is not a string"}}


def documents(name: str) -> list[list[dict[str, Any]]]:
    """Return the imported checks of a sample, table by table."""
    return [[one.check for one in table.checks] for table in import_checks(SAMPLES / name).tables]


@pytest.mark.parametrize("name", FILES)
def test_each_imported_check_is_evaluated(spark: SparkSession, name: str) -> None:
    rows = spark.sql(f"SELECT {ROW}")
    other = spark.sql("SELECT 7 AS id")
    other.createOrReplaceTempView("x")
    errors: dict[str, str] = {}
    for document in documents(name):
        checks = [check_from(one) for one in document]
        tables = {one.table: other for one in checks if isinstance(one, References)}
        found = check_frame(rows, checks, tables=tables)
        assert len(found) == len(checks)
        errors |= {one.check: one.message for one in found if one.status == "error"}
    expected = NO_TEXT.get(name, {})
    assert errors.keys() == expected.keys()
    assert all(text in errors[check] for check, text in expected.items())


def test_a_query_that_spark_does_not_take_is_seen(spark: SparkSession) -> None:
    broken = {"id": "c", "check": "sql", "query": "SELECT count(*) FRM {table}", "max": 0}
    (found,) = check_frame(spark.range(1), [check_from(broken)])
    assert found.status == "error"

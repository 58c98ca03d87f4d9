"""What the log answers is what a scan answers, for tables as Spark writes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.observe.audits.audit import check_table
from lakesmith.spec.model import Project
from lakesmith.tables.readable import ReadableTables
from tests.observe.logs import NOON

ROWS = """
SELECT IF(id % 7 = 0, NULL, CAST(id AS INT)) AS num, CAST(id * 1.25 - 3 AS DECIMAL(18, 2)) AS money,
    IF(id = 11, double('NaN'), double(id)) AS ratio, concat(repeat('x', 40), id) AS label,
    date_add(DATE'2023-12-20', CAST(id AS INT)) AS day,
    TIMESTAMP'1969-12-31 23:59:59.123456' + make_dt_interval(0, 0, 0, id) AS moment,
    IF(id % 3 = 0, NULL, concat('p', id % 3)) AS part, CAST(NULL AS STRING) AS nothing, id % 2 = 0 AS flag
FROM range(0, 40, 1, 4)
"""
CHECKS = """
checks:
  - {id: given, check: not_null, column: num}
  - {id: label_given, check: not_null, column: label}
  - {id: part_given, check: not_null, column: part, on_fail: warn}
  - {id: in_range, check: between, column: num, min: 0, max: 39}
  - {id: out_of_range, check: between, column: num, min: 100, on_null: fail}
  - {id: cut, check: between, column: num, max: 20}
  - {id: money_range, check: between, column: money, min: -3, max: 100}
  - {id: ratio_range, check: between, column: ratio, min: 0, max: 100}
  - {id: known_part, check: in_set, column: part, values: [p1]}
  - {id: other_part, check: not_in_set, column: part, values: [p2]}
  - {id: past, check: not_in_future, column: moment}
  - {id: day_past, check: not_in_future, column: day}
  - {id: rows_up, check: row_count, min: 50}
  - {id: nulls, check: null_count, column: num, max: 1}
  - {id: share, check: null_share, column: part, max: 1 %}
  - {id: all_null, check: null_share, column: nothing, max: 0.5}
  - {id: least, check: minimum, column: num, min: 5}
  - {id: most, check: maximum, column: day, max: "2024-01-01"}
  - {id: money_least, check: minimum, column: money, min: 0}
  - {id: ratio_most, check: maximum, column: ratio, max: 100}
  - {id: label_most, check: maximum, column: label, max: b}
  - {id: part_most, check: maximum, column: part, max: p1}
  - {id: moment_least, check: minimum, column: moment, min: "1970-01-02"}
  - {id: moment_most, check: maximum, column: moment, max: "2000-01-01"}
  - {id: fresh, check: freshness, column: day, max_age: 10d}
  - {id: nothing_fresh, check: maximum, column: nothing, max: a, on_null: fail}
  - {id: shape, check: schema, column_types: {num: int, money: "decimal(18,2)"}, others: false}
"""
ALWAYS = {"rows_up", "label_given", "past", "day_past", "money_range", "all_null", "shape"}
STEPS = {
    "whole": [],
    "deleted": ["DELETE FROM {} WHERE num IN (4, 5, 39)"],
    "file_deleted": ["DELETE FROM {} WHERE day < DATE'2023-12-30' AND num > 0"],
    "renamed": ["ALTER TABLE {} RENAME COLUMN flag TO mark", "ALTER TABLE {} ADD COLUMN (later INT)"],
    "checkpoint": ["UPDATE {} SET money = 7 WHERE num = 1"],
}


def written(spark: SparkSession, folder: Path, case: str) -> str:
    every_commit = "1" if case == "checkpoint" else "10"
    properties = {
        "delta.enableDeletionVectors": "true",
        "delta.columnMapping.mode": "name",
        "delta.minReaderVersion": "3",
        "delta.minWriterVersion": "7",
        "delta.checkpointInterval": every_commit,
    }
    table = f"delta.`{folder}`"
    texts = ", ".join(f"'{key}' = '{value}'" for key, value in properties.items())
    spark.sql(f"CREATE TABLE {table} USING delta PARTITIONED BY (part) TBLPROPERTIES ({texts}) AS {ROWS}")
    for step in STEPS[case]:
        spark.sql(step.format(table)).collect()
    return str(folder)


@pytest.mark.parametrize("case", STEPS)
def test_the_log_answers_as_a_scan_does(spark: SparkSession, tmp_path: Path, case: str) -> None:
    table = written(spark, tmp_path / "t", case)
    file = tmp_path / "checks.yml"
    file.write_text(CHECKS)
    tables = ReadableTables(
        Project(name="shop"), lambda: spark, lambda name, version: spark.table(name), lambda name: 0
    )
    mixed = check_table(tables, table, file, run_time=NOON)
    scanned = check_table(tables, table, file, scan=True, run_time=NOON)
    assert [replace(one, origin="scan") for one in mixed] == list(scanned)
    from_log = {one.check for one in mixed if one.origin == "log"}
    assert from_log >= ALWAYS
    assert not from_log & {"ratio_range", "ratio_most", "label_most", "cut"}
    assert ("given" in from_log) == (case not in ("deleted", "file_deleted", "checkpoint"))

"""The measuring tools of the benchmarks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import read_event_log

BURN = "import time\nwhile time.process_time() < 0.5: pass"
ORPHAN = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BURN!r}])"

EVENTS = """\
{"Event": "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart", "executionId": 4, "time": 5000, \
"sparkPlanInfo": {"nodeName": "Project", "metadata": {}, "metrics": [], "children": [{"nodeName": "Scan parquet ", \
"metadata": {"Location": "PreparedDeltaFileIndex(1 paths)[file:/lake/silver/order_lines]"}, "children": [], \
"metrics": [{"name": "number of output rows", "accumulatorId": 9, "metricType": "sum"}]}]}}
{"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": 6000, "Stage IDs": [1], \
"Properties": {"spark.sql.execution.id": "4", "spark.jobGroup.id": "silver.customers"}}
{"Event": "SparkListenerTaskEnd", "Stage ID": 1, "Task Info": {"Accumulables": \
[{"ID": 9, "Update": "12", "Metadata": "sql"}]}, "Task Metrics": {"Executor CPU Time": 2000000000, \
"Input Metrics": {"Bytes Read": 1, "Records Read": 3}, "Shuffle Write Metrics": {"Shuffle Bytes Written": 77}}}
{"Event": "SparkListenerJobStart", "Job ID": 1, "Submission Time": 9000, "Stage IDs": [2], "Properties": {}}
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "log"
    file.write_text(EVENTS, encoding="utf-8")
    return file


def test_the_sums_of_a_job_are_those_of_its_tasks(log: Path) -> None:
    job = read_event_log(log).jobs[0]
    assert (job.tasks, job.records_read, job.shuffle_bytes, job.cpu_seconds) == (1, 3, 77, 2.0)


def test_rows_are_counted_for_the_directory_that_they_came_from(log: Path) -> None:
    assert read_event_log(log).rows_by_path() == {"/lake/silver/order_lines": 12}


def test_jobs_are_found_by_the_directory_that_their_query_scans(log: Path) -> None:
    found = read_event_log(log)
    assert [job.id for job in found.jobs_on(Path("/lake/silver"))] == [0]
    assert found.jobs_on(Path("/lake/gold")) == []


def test_jobs_are_grouped_by_their_job_group(log: Path) -> None:
    assert {name: len(jobs) for name, jobs in read_event_log(log).by_group().items()} == {"silver.customers": 1, "": 1}


def test_a_span_of_time_keeps_what_began_in_it(log: Path) -> None:
    found = read_event_log(log).between(8.0, 10.0)
    assert [job.id for job in found.jobs] == [1]
    assert found.scans == []


def test_cpu_seconds_of_an_orphan_count() -> None:
    assert measure([sys.executable, "-c", ORPHAN]).cpu_seconds >= 0.5


def test_a_command_that_fails_shows_its_output() -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        measure([sys.executable, "-c", "raise SystemExit('no such thing')"])

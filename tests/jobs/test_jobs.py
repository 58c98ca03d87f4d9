from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

import lakesmith
from jobs import bronze, gold, maintain, pipeline, quality, silver
from lakesmith.errors import GateRefused
from lakesmith.scaffold import init_project
from retail.generate import generate

ROOT = Path(__file__).resolve().parents[2]
REFUSING = "  - {id: nobody_pays, check: in_set, column: status, values: [open, cancelled], on_fail: fail}\n"
TABLES = ("bronze/orders", "silver/orders", "gold/daily_orders")


@pytest.fixture
def project(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    init_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def versions(project: Path) -> list[int]:
    return [DeltaTable(str(project / "warehouse" / table)).version() for table in TABLES]


def test_layer_by_layer_and_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for job in (bronze, silver, gold):
        job.main([])
    before = versions(project)
    for job in (bronze, silver, gold):
        job.main([])
    assert before == versions(project) == [0, 0, 0]
    assert capsys.readouterr().out.count(": nothing new") == 3


def test_bronze_leaves_the_other_layers_alone(project: Path) -> None:
    bronze.main(["--run-date", "2024-03-03"])
    assert [(project / "warehouse" / table).exists() for table in TABLES] == [True, False, False]


def test_quality_prints_the_verdicts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.main([])
    capsys.readouterr()
    quality.main([])
    assert "amount_cast" in capsys.readouterr().out


def test_maintain_prints_what_it_found(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.main([])
    capsys.readouterr()
    maintain.main(["--set", "maintenance.dry_run=true"])
    output = capsys.readouterr().out
    assert "silver.orders" in output and "dry run, nothing was changed: 0 action(s) are due" in output


def test_quality_raises_what_the_gate_refused(project: Path) -> None:
    spec = project / "conf" / "tables" / "silver" / "orders.yml"
    spec.write_text(spec.read_text().replace("checks:\n", f"checks:\n{REFUSING}"))
    with pytest.raises(GateRefused, match=r"silver\.orders"):
        pipeline.main([])
    with pytest.raises(GateRefused, match=r"silver\.orders: nobody_pays"):
        quality.main([])


def submit(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a job by the real spark-submit, from a directory that is not the repository."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))}
    command = [str(ROOT / "spark-submit.sh"), "run", *arguments, "--", "--conf", "spark.master=local[2]"]
    return subprocess.run(command, cwd=directory, env=env, capture_output=True, text=True, timeout=400, check=False)


def test_the_pipeline_by_spark_submit(spark: SparkSession, tmp_path: Path) -> None:
    made = generate(tmp_path / "data", days=2)
    done = submit(tmp_path, "pipeline", "--run-date", "2011-02-02")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.startswith("+ ") and "jobs/pipeline.py --run-date 2011-02-02" in done.stderr.splitlines()[0]
    lake = lakesmith.open(conf=ROOT / "conf", overrides={"warehouse": tmp_path / "warehouse"}, spark=spark)
    assert lake.table("bronze.order_lines").count() == made["order_rows"]
    counted = sum(row["lines"] for row in lake.table("gold.daily_sales").collect())
    assert counted == lake.table("silver.order_lines").count() > 0


def test_a_failing_job_keeps_its_exit_status(tmp_path: Path) -> None:
    done = submit(tmp_path, "pipeline", "--set", "no-equals-sign")
    assert done.returncode == 1
    assert "LS115" in done.stdout + done.stderr


def test_an_unknown_job_is_refused_with_the_list_of_jobs() -> None:
    done = submit(ROOT, "nonsense")
    assert done.returncode == 2
    assert all(job in done.stderr for job in ("bronze", "silver", "gold", "quality", "pipeline", "maintain"))

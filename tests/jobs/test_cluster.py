"""Jobs on a cluster: what `spark-submit.sh package` makes is all that workers and driver have beside a bare Python."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import lakesmith
from retail.generate import generate
from tests.jobs.standalone import Standalone, bare_environment
from tests.truth import KEYS, Truth

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = ("lib", "jobs", "conf", "setup.py", "pyproject.toml", "README.md", "LICENSE", "spark-submit.sh")
GATEWAY = ("jobs", "conf", "dist", "spark-submit.sh")
PROBE = '''\
"""Say which Python and which packages the executors have."""

import sys

from pyspark.sql import SparkSession


def seen(_):
    import lakesmith.transforms.text
    import pydantic

    yield " ".join([sys.executable, lakesmith.__file__, pydantic.__file__])


spark = SparkSession.Builder().getOrCreate()
for line in spark.sparkContext.parallelize(range(4), 4).mapPartitions(seen).collect():
    print("executor:", line)
'''


def copied(names: tuple[str, ...], source: Path, to: Path) -> Path:
    to.mkdir()
    for name in names:
        if (source / name).is_dir():
            shutil.copytree(source / name, to / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source / name, to / name)
    return to


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the repository that has been packaged."""
    made = copied(CHECKOUT, ROOT, tmp_path_factory.mktemp("packaged") / "lakesmith")
    (made / ".venv").symlink_to(sys.prefix)
    subprocess.run([made / "spark-submit.sh", "package"], check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return bare_environment(tmp_path_factory.mktemp("bare") / "python")


@pytest.fixture(scope="module")
def gateway(checkout: Path) -> Path:
    """Give a directory as on a gateway machine: script, jobs, specs and packages; no library, no .venv."""
    return copied(GATEWAY, checkout, checkout.parent / "gateway")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, bare: dict[str, str]) -> Iterator[Standalone]:
    with Standalone(tmp_path_factory.mktemp("cluster") / "logs", bare) as cluster:
        yield cluster


SMALL = ("--conf", "spark.databricks.delta.snapshotPartitions=1", "--conf", "spark.sql.shuffle.partitions=2")


def submitted(
    gateway: Path, env: dict[str, str], *arguments: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    command = [str(gateway / "spark-submit.sh"), "run", *arguments]
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)


def settings(place: Path) -> list[str]:
    """Return the settings of the sample with its feed and its warehouse in a directory."""
    sources = {f"sources.{name}.path": place / "data" / name for name in ("retail_orders", "crm_changes")}
    values = {"warehouse": place / "warehouse", **sources}
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]


def differences(spark: SparkSession, place: Path) -> dict[str, list[str]]:
    """Compare the tables of the sample with an independent computation."""
    truth = Truth(place / "data" / "retail_orders", place / "data" / "crm_changes")
    lake = lakesmith.open(ROOT / "conf", overrides={"warehouse": place / "warehouse"}, spark=spark)
    return {name: found for name in KEYS if (found := truth.differences(name, lake.table(name).toArrow()))}


def test_a_bare_python_has_no_package(bare: dict[str, str]) -> None:
    command = ["python3", "-c", "import importlib.metadata as m; print(len(list(m.distributions())))"]
    assert subprocess.run(command, env=bare, capture_output=True, text=True, check=True).stdout == "0\n"


def test_the_pipeline_on_a_cluster_that_loses_an_executor(
    spark: SparkSession, gateway: Path, cluster: Standalone, bare: dict[str, str], tmp_path: Path
) -> None:
    generate(tmp_path / "data", days=2)
    command = [str(gateway / "spark-submit.sh"), "run", "pipeline", *settings(tmp_path)]
    log, victim = tmp_path / "log", None
    with log.open("wb") as out:
        run = subprocess.Popen([*command, "--", "--master", cluster.url, *SMALL], env=bare, stderr=out, stdout=out)
        while run.poll() is None:
            time.sleep(0.1)
            if victim is None and "table_started silver.order_lines" in log.read_text():
                victim = cluster.kill_an_executor()
    assert run.returncode == 0, log.read_text()
    assert victim and "Lost executor" in log.read_text()
    assert differences(spark, tmp_path) == {}


def test_executors_import_what_was_shipped(
    checkout: Path, gateway: Path, cluster: Standalone, bare: dict[str, str]
) -> None:
    (gateway / "jobs" / "probe.py").write_text(PROBE)
    done = submitted(gateway, bare, "probe", "--", "--master", cluster.url)
    assert done.returncode == 0, done.stderr
    seen = set(re.findall(r"^executor: (.*)$", done.stdout, re.MULTILINE))
    assert seen and all("lakesmith-0.1.0.zip/" in line and "/env/site-packages/pydantic" in line for line in seen)

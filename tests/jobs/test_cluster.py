"""Jobs on a cluster: what `spark-submit.sh package` makes is all that workers and driver have beside a bare Python."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import lakesmith
from retail.generate import generate
from tests.jobs.standalone import Standalone, bare_environment
from tests.truth import KEYS, Truth

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = ("lib", "jobs", "conf", "setup.py", "pyproject.toml", "README.md", "LICENSE", "spark-submit.sh")
PROCESSES = "local-cluster[2,1,1024]"
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
context = spark.sparkContext
for line in context.parallelize(range(4), 4).mapPartitions(seen).collect():
    print("executor:", line)
pairs = context.parallelize(range(8), 4).map(lambda number: (number % 2, number))
print("shuffled:", sorted(pairs.groupByKey(2).mapValues(sorted).collect()))
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


@pytest.mark.prove
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


@pytest.mark.prove
def test_the_pipeline_with_executors_in_processes_of_their_own(
    spark: SparkSession, gateway: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    generate(tmp_path / "data", days=2)
    done = submitted(gateway, bare, "pipeline", *settings(tmp_path), "--", "--master", PROCESSES, *SMALL)
    assert done.returncode == 0, done.stderr
    assert differences(spark, tmp_path) == {}


@pytest.mark.prove
@pytest.mark.parametrize("where", ["standalone", PROCESSES])
def test_executors_import_what_was_shipped_and_shuffle_what_closures_make(
    gateway: Path, cluster: Standalone, bare: dict[str, str], where: str
) -> None:
    (gateway / "jobs" / "probe.py").write_text(PROBE)
    done = submitted(gateway, bare, "probe", "--", "--master", where if where == PROCESSES else cluster.url)
    assert done.returncode == 0, done.stderr
    seen = set(re.findall(r"^executor: (.*)$", done.stdout, re.MULTILINE))
    assert seen and all("lakesmith-0.1.0.zip/" in line and "/env/site-packages/pydantic" in line for line in seen)
    assert "shuffled: [(0, [0, 2, 4, 6]), (1, [1, 3, 5, 7])]" in done.stdout


def test_a_driver_inside_a_cluster_has_packages_code_and_specs(
    gateway: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    for name in ("env", "conf"):
        shutil.unpack_archive(next((gateway / "dist").glob(f"lakesmith-{name}-*")), tmp_path / name)
    (code,) = (gateway / "dist").glob("lakesmith-[0-9]*.zip")
    spark = sorted(Path(bare["SPARK_HOME"], "python", "lib").glob("*.zip"))
    env = bare | {"PYTHONPATH": ":".join(map(str, [code, *spark]))}
    check = "import lakesmith; lakesmith.open('conf').validate(); print(lakesmith.__file__)"
    done = subprocess.run(
        ["env/bin/python", "-c", check], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith(str(code))


def test_the_launcher_says_which_python_is_missing(gateway: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(next((gateway / "dist").glob("lakesmith-env-*")), tmp_path)
    (tmp_path / "tools").mkdir()
    for tool in ("sh", "dirname"):
        (tmp_path / "tools" / tool).symlink_to(shutil.which(tool) or "")
    env = {"PATH": str(tmp_path / "tools")}
    done = subprocess.run([tmp_path / "bin" / "python"], env=env, capture_output=True, text=True, check=False)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert done.returncode == 127 and f"{version} is needed on this machine" in done.stderr


def test_cluster_mode_sends_the_specs_and_keeps_the_refusal_of_spark(gateway: Path, bare: dict[str, str]) -> None:
    mine = ("--master", "spark://127.0.0.1:1", "--deploy-mode", "cluster", "--py-files", "my_steps.py")
    done = submitted(gateway, bare, "pipeline", "--", *mine)
    command = shlex.split(done.stderr.splitlines()[0])
    sent = {option: value for option, value in pairwise(command) if option.startswith("--")}
    assert re.fullmatch(r"\S*/lakesmith-[0-9.]+\.zip,my_steps\.py", sent["--py-files"])
    archives = r"\S*/lakesmith-env-[0-9.]+\.tar\.gz#env,\S*/lakesmith-conf-[0-9.]+\.zip#conf"
    assert re.fullmatch(archives, sent["--archives"])
    assert command[-4:] == ["--conf", str(gateway / "conf"), "--conf", "conf"]
    assert done.returncode == 1 and "not supported for python applications on standalone" in done.stderr


def test_what_is_not_old_is_not_packaged_again(checkout: Path) -> None:
    made = sorted((checkout / "dist").glob("lakesmith-[0-9e]*"))
    before = [file.stat().st_mtime_ns for file in made]
    subprocess.run([checkout / "spark-submit.sh", "package"], check=True, capture_output=True)
    assert len(made) == 2 and [file.stat().st_mtime_ns for file in made] == before
    (checkout / "lib" / "retail" / "lines.py").touch()
    subprocess.run([checkout / "spark-submit.sh", "package"], check=True, capture_output=True)
    after = [file.stat().st_mtime_ns for file in made]
    assert after[0] > before[0] and after[1] == before[1], "the code is new, the packages are not"

"""A wheel task as Databricks runs it: the installed entry point, called with ``--name=value``, in another place."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import SparkSession

from lakesmith.deploy.files import databricks_files
from lakesmith.scaffold import init_project

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ("bronze", "silver", "gold", "ops")
DAYS = "spark_catalog.dev_ann_gold.daily_orders"
CALL = """
import json, sys
from importlib.metadata import distribution

import lakesmith
assert lakesmith.__file__.startswith(sys.argv[2]), lakesmith.__file__

def call(task):
    (point,) = [one for one in distribution(task["package_name"]).entry_points if one.name == task["entry_point"]]
    sys.argv = ["task", *(f"--{name}={value}" for name, value in task["named_parameters"].items())]
    return point.load()()
"""
REFUSED = """
from lakesmith.errors import ConfigError
try:
    call(json.loads(sys.argv[1])[0])
except ConfigError as error:
    print([problem.code for problem in error.problems])
"""
WHOLE = """
from pathlib import Path
from lakesmith.session.start import get_session, read_properties

spark = get_session(read_properties(Path(sys.argv[3]) / "spark" / "local.conf"))
assert [call(task) for task in json.loads(sys.argv[1])] == [None, None]
print(f"{spark.table('spark_catalog.dev_ann_gold.daily_orders').count()} days")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, leaving nothing behind in the checkout, and install it as a cluster does."""
    made = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "setup.py", "-q", "egg_info", "-e", str(made), "build", "-b", str(made / "build")]
    subprocess.run([*build, "bdist_wheel", "-d", str(made)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = made.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(made / "site")]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    return made / "site"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project whose environment ``dev`` keeps its tables in the session's catalog."""
    init_project(tmp_path / "files")
    dev = f"catalog: spark_catalog\nsources:\n  orders:\n    path: {tmp_path}/files/in/orders\n"
    (tmp_path / "files" / "conf" / "dev.yml").write_text(dev)
    return tmp_path / "files"


@pytest.fixture
def schemas(spark: SparkSession) -> Iterator[None]:
    yield
    for schema in SCHEMAS:
        spark.sql(f"DROP SCHEMA dev_ann_{schema} CASCADE")


def wheel_tasks(project: Path) -> list[dict[str, Any]]:
    """Return the wheel tasks of the project's job with every reference replaced, as the workspace would."""
    files = {name: yaml.safe_load(text) for name, text in databricks_files(project / "conf").items()}
    bundle, job_file = files["databricks.yml"], files["conf/databricks/my_lake.job.yml"]
    known = {"workspace.file_path": str(project), "bundle.target": "dev", "workspace.current_user.short_name": "ann"}
    values = {name: one["default"] for name, one in bundle["variables"].items() if "default" in one}
    known |= {f"var.{name}": text for name, text in (values | bundle["targets"]["dev"]["variables"]).items()}
    job = job_file["resources"]["jobs"]["my_lake"]
    known |= {f"job.parameters.{one['name']}": one["default"] for one in job["parameters"]}

    def resolved(text: str) -> str:
        while found := re.search(r"\$\{([\w.]+)\}|\{\{([\w.]+)\}\}", text):
            text = text.replace(found[0], known[found[1] or found[2]])
        return text

    tasks: list[dict[str, Any]] = [task["python_wheel_task"] for task in job["tasks"]]
    return [
        task | {"named_parameters": {name: resolved(text) for name, text in task["named_parameters"].items()}}
        for task in tasks
    ]


def run_away(script: str, site: Path, project: Path, tasks: list[dict[str, Any]]) -> str:
    """Run a script against the installed wheel in an empty directory, as a driver does, and return what it said."""
    away = project.parent / "driver"
    away.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))}
    command = [sys.executable, "-c", CALL + script, json.dumps(tasks), str(site), str(project / "conf")]
    env["PYTHONPATH"] = str(site)
    done = subprocess.run(command, cwd=away, env=env, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_left_open_in_the_files_is_filled_by_target_and_parameters(project: Path) -> None:
    named = {"conf": f"{project}/conf", "env": "dev", "catalog": "spark_catalog", "schema_prefix": "dev_ann_"}
    assert [task["named_parameters"] for task in wheel_tasks(project)] == [named | {"run_date": ""}] * 2


def test_the_tasks_fill_and_check_the_tables_of_a_catalog_and_return_none(
    spark: SparkSession,
    schemas: None,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project.parent)
    for task in wheel_tasks(project):
        job = importlib.import_module(f"jobs.{task['entry_point'].removeprefix('lakesmith-')}")
        monkeypatch.setattr(sys, "argv", ["task", *(f"--{k}={v}" for k, v in task["named_parameters"].items())])
        assert job.main() is None
    output = capsys.readouterr().out
    assert "published as 1" in output and "amount_cast" in output
    assert spark.table(DAYS).count() == 2


def test_a_failing_task_raises_what_is_wrong_from_the_installed_wheel(site: Path, project: Path) -> None:
    tasks = wheel_tasks(project)
    tasks[0]["named_parameters"]["env"] = "nowhere"
    assert run_away(REFUSED, site, project, tasks) == "['LS102']\n"


@pytest.mark.prove
def test_the_installed_wheel_fills_and_checks_the_tables_of_a_catalog(site: Path, project: Path) -> None:
    output = run_away(WHOLE, site, project, wheel_tasks(project))
    assert "published as 1" in output and "amount_cast" in output and output.endswith("\n2 days\n")

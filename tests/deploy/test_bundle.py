"""The committed bundle: what the command writes, in documented fields only, with nothing left hanging."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from lakesmith.cli.job_args import arguments
from lakesmith.deploy import bundle as shape
from lakesmith.deploy.bundle import BundleFile, JobFile
from lakesmith.deploy.databricks import layer_order
from lakesmith.deploy.files import check_files, databricks_files
from lakesmith.spec.load import load_project
from lakesmith.spec.model import Model
from lakesmith.spec.yaml.reader import read_yaml

ROOT = Path(__file__).resolve().parents[2]
BUNDLE, JOB = ROOT / "databricks.yml", ROOT / "conf" / "databricks" / "online_retail.job.yml"
DOCUMENTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "documented_fields.yml").read_text())
DOCUMENTED["JobFile"] = DOCUMENTED["BundleFile"]
MODELS = {
    name: kind
    for name, kind in vars(shape).items()
    if isinstance(kind, type) and issubclass(kind, Model) and kind is not Model
}
CLI = shutil.which("databricks")


def strictly(file: Path) -> Any:
    problems: list[Any] = []
    node = read_yaml(file, problems)
    assert problems == [] and node is not None
    return node.plain()


@pytest.fixture(scope="module")
def bundle() -> BundleFile:
    return BundleFile.model_validate(strictly(BUNDLE))


@pytest.fixture(scope="module")
def job() -> shape.Job:
    (found,) = JobFile.model_validate(strictly(JOB)).resources.jobs.values()
    return found


def test_the_committed_files_are_what_the_specs_give() -> None:
    assert check_files(ROOT, databricks_files(ROOT / "conf")) == [BUNDLE, JOB]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_field_that_can_be_written_is_documented(name: str) -> None:
    assert set(MODELS[name].model_fields) - set(DOCUMENTED[name]["fields"]) == set()


def maps(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of every map whose keys are fields, not names that the project chose."""
    chosen = {"variables", "targets", "artifacts", "jobs", "named_parameters", "spark_conf"}
    if isinstance(data, dict):
        if not path or path[-1] not in chosen:
            yield path
        for key, value in data.items():
            yield from maps(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from maps(value, (*path, number))


@pytest.mark.parametrize(("file", "model", "least"), [(BUNDLE, BundleFile, 12), (JOB, JobFile, 14)])
def test_an_unknown_key_is_refused_wherever_it_stands(file: Path, model: type[Model], least: int) -> None:
    found = strictly(file)
    places = list(maps(found))
    for place in places:
        changed = copy.deepcopy(found)
        spot = changed
        for key in place:
            spot = spot[key]
        spot["max_retires"] = 1
        with pytest.raises(ValidationError, match="max_retires"):
            model.model_validate(changed)
    assert len(places) >= least


def test_paths_lead_somewhere(bundle: BundleFile, job: shape.Job) -> None:
    assert JOB in [file for pattern in bundle.include for file in ROOT.glob(pattern)]
    assert {(JOB.parent / lib.whl).resolve() for task in job.tasks for lib in task.libraries} == {ROOT / "dist/*.whl"}
    assert bundle.artifacts and (ROOT / bundle.artifacts["wheel"].path / "setup.py").is_file()
    assert "--wheel-dir dist " in bundle.artifacts["wheel"].build
    for task in job.tasks:
        conf = task.python_wheel_task.named_parameters["conf"]
        assert (ROOT / conf.removeprefix("${workspace.file_path}/") / "base.yml").is_file()


def test_each_task_calls_a_job_of_the_wheel(job: shape.Job) -> None:
    jobs = {f"lakesmith-{file.stem}" for file in (ROOT / "jobs").glob("[a-z]*.py")}
    wheel_tasks = [task.python_wheel_task for task in job.tasks]
    assert {task.entry_point for task in wheel_tasks} <= jobs
    assert {task.package_name for task in wheel_tasks} == {"lakesmith"}


def test_each_parameter_of_the_job_has_a_value_and_is_understood_by_each_task(job: shape.Job) -> None:
    assert {parameter.name for parameter in job.parameters} == {"catalog", "schema_prefix", "run_date"}
    for task in job.tasks:
        asked = arguments("", [f"--{name}={value}" for name, value in task.python_wheel_task.named_parameters.items()])
        assert asked.run_date == "{{job.parameters.run_date}}"
        assert asked.sets == ["catalog={{job.parameters.catalog}}", "schema_prefix={{job.parameters.schema_prefix}}"]


def test_each_variable_that_is_used_is_declared_and_gets_a_value_in_each_target(bundle: BundleFile) -> None:
    used = set(re.findall(r"\$\{var\.(\w+)\}", BUNDLE.read_text() + JOB.read_text()))
    assert used == set(bundle.variables)
    for target in bundle.targets.values():
        given = set(target.variables) | {name for name, one in bundle.variables.items() if one.default is not None}
        assert given == used


def test_targets_are_the_environments_with_a_catalog(bundle: BundleFile) -> None:
    for name, target in bundle.targets.items():
        assert target.variables["catalog"] == load_project(ROOT / "conf", name).project.catalog
    dev, prod = bundle.targets["dev"], bundle.targets["prod"]
    assert (dev.mode, dev.default, prod.mode, prod.default) == ("development", True, "production", None)
    assert prod.workspace and prod.workspace.root_path.endswith("/${bundle.target}")


def test_developers_have_schemas_of_their_own_and_production_has_the_plain_ones(bundle: BundleFile) -> None:
    assert bundle.targets["dev"].variables["schema_prefix"] == "dev_${workspace.current_user.short_name}_"
    assert "schema_prefix" not in bundle.targets["prod"].variables
    assert bundle.variables["schema_prefix"].default == ""


def test_runs_take_turns_and_a_development_target_can_pause_the_schedule(job: shape.Job) -> None:
    assert (job.max_concurrent_runs, job.queue.enabled) == (1, True)
    assert "pause_status" not in JOB.read_text()


def test_the_cluster_keeps_its_own_spark_settings(bundle: BundleFile) -> None:
    assert (ROOT / "conf" / "spark" / "local.conf").is_file() and "conf/spark/**" in bundle.sync.exclude


def test_failures_are_retried_and_timeouts_are_not(job: shape.Job) -> None:
    assert all(task.max_retries > 0 and task.min_retry_interval_millis > 0 for task in job.tasks)
    assert all(not task.retry_on_timeout and task.timeout_seconds > 0 for task in job.tasks)


def test_all_tables_are_one_task_so_that_they_are_published_together(job: shape.Job) -> None:
    follows = {task.task_key: [before.task_key for before in task.depends_on or []] for task in job.tasks}
    assert follows == {"pipeline": [], "quality": ["pipeline"]}
    names = load_project(ROOT / "conf").project.table_names()
    assert sorted(re.findall(r"\w+\.\w+", job.description)) == sorted(names)


def test_tasks_a_layer_follow_what_the_layers_read() -> None:
    text = databricks_files(ROOT / "conf", "layers")["conf/databricks/online_retail.job.yml"]
    (job,) = JobFile.model_validate(yaml.safe_load(text)).resources.jobs.values()
    follows = {task.task_key: [before.task_key for before in task.depends_on or []] for task in job.tasks}
    assert follows == {"bronze": [], "silver": ["bronze"], "gold": ["silver"]}
    assert layer_order(load_project(ROOT / "conf").project) == ("bronze", "silver", "gold")


@pytest.mark.skipif(CLI is None, reason="the Databricks CLI is not installed")
def test_the_installed_cli_knows_every_field_that_is_written() -> None:
    schema = json.loads(subprocess.run([str(CLI), "bundle", "schema"], check=True, capture_output=True).stdout)
    assert undocumented(schema) == {}


@pytest.mark.skipif(CLI is None, reason="the Databricks CLI is not installed")
@pytest.mark.parametrize("target", ["dev", "prod"])
def test_the_installed_cli_accepts_the_bundle(target: str) -> None:
    who = subprocess.run([str(CLI), "current-user", "me"], capture_output=True, text=True, check=False)
    if who.returncode:
        pytest.skip("the Databricks CLI is installed but not signed in to a workspace")
    command = [str(CLI), "bundle", "validate", "--strict", "--target", target]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def undocumented(schema: dict[str, Any]) -> dict[str, set[str]]:
    """Return the fields of our models that a JSON Schema of the CLI does not have."""
    top = set(schema["properties"])
    places = {name: DOCUMENTED[name]["as"] for name in set(MODELS) - {"BundleFile", "JobFile"}}
    known = {"BundleFile": top, "JobFile": top} | {name: fields(schema["$defs"], at) for name, at in places.items()}
    missing = {name: set(MODELS[name].model_fields) - known[name] for name in MODELS}
    return {name: names for name, names in missing.items() if names}


def fields(definitions: dict[str, Any], name: str) -> set[str]:
    """Return the fields of an object, whose definition lies somewhere below and may have several forms."""
    if name in definitions:
        forms = [definitions[name], *definitions[name].get("oneOf", ()), *definitions[name].get("anyOf", ())]
        return {field for form in forms for field in form.get("properties", ())}
    return {field for child in definitions.values() if isinstance(child, dict) for field in fields(child, name)}

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lakesmith.deploy.bundle import BundleFile, Job, JobFile
from lakesmith.deploy.databricks import job_file
from lakesmith.deploy.files import check_files, databricks_files, project_root, write_files
from lakesmith.errors import ConfigError
from lakesmith.scaffold import init_project
from lakesmith.spec.model import Project

DEV = "catalog: dev_shop\nsources:\n  orders:\n    path: /Volumes/dev_shop/landing/orders\n"
JOB = "conf/databricks/my_lake.job.yml"


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """The specs of a new project, with an environment that can be deployed to."""
    init_project(tmp_path)
    (tmp_path / "conf" / "dev.yml").write_text(DEV)
    return tmp_path / "conf"


def refusal(conf: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        databricks_files(conf)
    return caught.value


def test_a_project_without_setup_builds_no_wheel_and_takes_the_one_in_dist(conf: Path) -> None:
    files = databricks_files(conf)
    bundle = BundleFile.model_validate(yaml.safe_load(files["databricks.yml"]))
    (job,) = JobFile.model_validate(yaml.safe_load(files[JOB])).resources.jobs.values()
    assert bundle.artifacts is None and list(bundle.targets) == ["dev"]
    assert {lib.whl for task in job.tasks for lib in task.libraries} == {"../../dist/*.whl"}


def test_without_an_environment_that_has_a_catalog_there_is_nothing_to_deploy_to(conf: Path) -> None:
    (conf / "dev.yml").unlink()
    (problem,) = refusal(conf).problems
    assert problem.code == "LS831" and "dev.yml" in problem.hint


def test_a_relative_path_is_out_of_reach_and_the_line_is_named(conf: Path) -> None:
    (conf / "dev.yml").write_text("catalog: dev_shop\n")
    (problem,) = refusal(conf).problems
    assert (problem.code, problem.key) == ("LS832", "sources.orders.path")
    assert problem.file.endswith("sources/orders.yml") and problem.line


def test_wrong_specs_are_refused_before_anything_else(conf: Path) -> None:
    (conf / "base.yml").write_text("nmae: shop\n")
    assert {problem.key for problem in refusal(conf).problems} >= {"nmae"}


def test_written_files_are_found_as_the_specs_say_until_the_specs_change(conf: Path) -> None:
    root = project_root(conf)
    written = write_files(root, databricks_files(conf))
    assert written == [root / "databricks.yml", root / JOB]
    assert check_files(root, databricks_files(conf)) == written
    (conf / "dev.yml").write_text(DEV.replace("dev_shop", "other_shop"))
    with pytest.raises(ConfigError, match=r"LS833 '.*databricks\.yml' is not what the specs give"):
        check_files(root, databricks_files(conf))


def test_missing_files_are_found(conf: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        check_files(project_root(conf), databricks_files(conf))
    assert [problem.what.rpartition(" is ")[2] for problem in caught.value.problems] == ["missing", "missing"]


def test_a_file_written_by_hand_is_never_overwritten(conf: Path) -> None:
    root = project_root(conf)
    (root / "databricks.yml").write_text("bundle:\n  name: mine\n")
    with pytest.raises(ConfigError, match="LS834"):
        write_files(root, databricks_files(conf))
    assert (root / "databricks.yml").read_text() == "bundle:\n  name: mine\n"
    assert not (root / JOB).exists()


def test_the_job_of_an_earlier_name_goes_and_files_of_ones_own_stay(conf: Path) -> None:
    root = project_root(conf)
    write_files(root, databricks_files(conf))
    own = [root / "conf" / "databricks" / name for name in ("own.yml", "other.job.yml")]
    for file in own:
        file.write_text("targets: {}\n")
    base = conf / "base.yml"
    base.write_text(base.read_text().replace("my_lake", "my_shop"))
    files = databricks_files(conf)
    with pytest.raises(ConfigError, match="is left over from other specs"):
        check_files(root, files)
    write_files(root, files)
    found = sorted(file.name for file in (conf / "databricks").iterdir())
    assert found == ["my_shop.job.yml", "other.job.yml", "own.yml"]


def test_an_environment_keeps_the_prefix_that_its_file_sets(conf: Path) -> None:
    (conf / "dev.yml").write_text(DEV + "schema_prefix: team_\n")
    (conf / "test.yml").write_text(DEV + "schema_prefix: test_\n")
    bundle = BundleFile.model_validate(yaml.safe_load(databricks_files(conf)["databricks.yml"]))
    prefixes = {name: (one.mode, one.variables["schema_prefix"]) for name, one in bundle.targets.items()}
    assert prefixes == {"dev": ("development", "team_"), "test": ("production", "test_")}


def project(**reads: str) -> Project:
    """Return a project of tables ``layer_name=upstream``."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for name, upstream in reads.items():
        layer, short = name.split("_")
        tables.setdefault(layer, {})[short] = {"from": upstream}
    return Project.model_validate({"name": "shop", "catalog": "main", "tables": tables})


def layers(project: Project) -> list[tuple[str, list[str]]]:
    (job,) = job_file("conf", project, "layers").resources.jobs.values()
    return [(task.task_key, [one.task_key for one in task.depends_on or []]) for task in job.tasks]


def test_a_layer_without_tables_has_no_task() -> None:
    assert layers(project(bronze_a="sources.a", gold_b="bronze.a")) == [("bronze", []), ("gold", ["bronze"])]


def test_a_layer_comes_after_one_that_it_reads_whatever_their_names() -> None:
    upside_down = project(bronze_a="sources.a", gold_b="bronze.a", silver_c="gold.b")
    assert layers(upside_down) == [("bronze", []), ("gold", ["bronze"]), ("silver", ["gold"])]


def test_layers_that_read_each_other_can_only_run_as_one_pipeline() -> None:
    knotted = project(bronze_a="sources.a", silver_b="bronze.a", gold_c="silver.b", silver_d="gold.c")
    with pytest.raises(ConfigError, match="LS835 the layers gold and silver read each other"):
        layers(knotted)
    (job,) = job_file("conf", knotted).resources.jobs.values()
    assert isinstance(job, Job) and job.description == ("Builds bronze.a; then silver.b; then gold.c; then silver.d")


def test_a_project_with_hundreds_of_tables_is_described_by_their_number() -> None:
    reads = {f"bronze_feed{number}": f"sources.feed{number}" for number in range(300)}
    (job,) = job_file("conf", project(**reads, silver_all="bronze.feed1")).resources.jobs.values()
    assert job.description == "Builds 301 tables in 2 wave(s)"
    assert layers(project(**reads))[0][0] == "bronze"

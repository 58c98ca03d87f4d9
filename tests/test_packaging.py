from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import EntryPoints, PathDistribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import lakesmith

ROOT = Path(__file__).resolve().parents[1]
JOBS = {file.stem for file in (ROOT / "jobs").glob("[a-z]*.py")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a clean checkout would, leaving nothing behind in this one."""
    made = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "setup.py", "-q", "egg_info", "-e", str(made), "build", "-b", str(made / "build")]
    subprocess.run([*command, "bdist_wheel", "-d", str(made)], cwd=ROOT, check=True, capture_output=True)
    (found,) = made.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> PathDistribution:
    (info,) = [path for path in zipfile.Path(wheel).iterdir() if path.name.endswith(".dist-info")]
    return PathDistribution(info)


def test_only_our_names_are_at_the_top(names: set[str]) -> None:
    version = lakesmith.__version__
    assert {name.split("/")[0] for name in names} == {"lakesmith", "retail", f"lakesmith-{version}.dist-info"}


def test_every_module_is_in_the_wheel(names: set[str]) -> None:
    modules = {str(file.relative_to(ROOT / "lib")) for file in (ROOT / "lib").rglob("*.py")}
    assert modules - names == set()


def test_jobs_and_specs_are_in_the_wheel(names: set[str]) -> None:
    jobs = {f"lakesmith/jobs/{job}.py" for job in JOBS}
    files = [file for file in (ROOT / "conf").rglob("*") if file.suffix in {".yml", ".conf"}]
    specs = {f"lakesmith/conf/{file.relative_to(ROOT / 'conf')}" for file in files}
    assert specs and (jobs | specs) - names == set()


def test_the_template_of_init_and_the_type_marker_are_in_the_wheel(names: set[str]) -> None:
    scaffold = ROOT / "lib" / "lakesmith" / "scaffold"
    parts = [file for part in ("template", "sources") for file in (scaffold / part).rglob("*") if file.is_file()]
    files = {f"lakesmith/scaffold/{file.relative_to(scaffold)}" for file in parts}
    assert files | {"lakesmith/py.typed"} <= names


def test_each_job_has_a_command(metadata: PathDistribution) -> None:
    commands: EntryPoints = metadata.entry_points.select(group="console_scripts")
    jobs = {f"lakesmith-{job}": f"lakesmith.jobs.{job}:main" for job in JOBS}
    assert {point.name: point.value for point in commands} == {"lakesmith": "lakesmith.cli.app:main", **jobs}


def test_the_metadata(metadata: PathDistribution) -> None:
    about = metadata.metadata
    assert (about["Name"], about["Version"]) == ("lakesmith", lakesmith.__version__)
    assert (about["License-Expression"] or about["License"], about["Requires-Python"]) == ("Apache-2.0", ">=3.10")


def test_a_cluster_keeps_its_own_spark(metadata: PathDistribution) -> None:
    spark = {"pyspark", "delta-spark"}
    wanted = [Requirement(text) for text in metadata.requires or ()]
    always = {one.name.lower() for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})}
    with_extra = {one.name.lower() for one in wanted if one.marker is None or one.marker.evaluate({"extra": "spark"})}
    assert always & spark == set() and spark <= with_extra


def test_the_locked_versions_are_allowed(metadata: PathDistribution) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = {name.lower(): version for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", lock, re.MULTILINE)}
    wanted = [Requirement(text) for text in metadata.requires or ()]
    wrong = [str(one) for one in wanted if locked.get(one.name.lower(), "none") not in one.specifier]
    assert wanted and wrong == []


def test_the_lock_has_a_hash_for_each_version_and_names_no_place() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"^(?=[\w.-]+==)", lock, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|file:|^-", lock, re.MULTILINE)


def test_the_wheel_works_as_a_zip(wheel: Path, tmp_path: Path) -> None:
    script = (
        "import lakesmith.jobs.pipeline, retail.profiles\n"
        "from importlib.resources import files\n"
        "from pathlib import Path\n"
        "from lakesmith.scaffold import init_project\n"
        "assert files('lakesmith').joinpath('conf', 'base.yml').read_text()\n"
        "assert init_project(Path('new'))\n"
        f"assert {str(wheel)!r} in lakesmith.__file__"
    )
    env = {**os.environ, "PYTHONPATH": str(wheel)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

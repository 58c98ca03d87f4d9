from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from pyspark.sql import SparkSession

from lakesmith.cli.quality.texts import quarantine_text
from lakesmith.demo import main as demo
from tests.cli.verbs import data, invoke

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
README = PAGES[0].read_text()
STARTED = (ROOT / "docs" / "getting-started.md").read_text()
COMMANDS = (ROOT / "docs" / "commands.md").read_text()
JOBS = (ROOT / "docs" / "jobs.md").read_text()


def blocks(language: str, page: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[tuple[str, str]]:
    """Return each command of a console block with the output that follows it."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def test_the_first_command_comes_early() -> None:
    assert "$ make demo" in README.splitlines()[:25]


def test_the_two_commands_print_what_is_shown(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (first, shown), (second, planned) = commands(blocks("console")[0]) + commands(blocks("console")[1])
    assert (first, second) == ("make demo", ".venv/bin/lakesmith plan")
    demo(["--dir", str(tmp_path), "--conf", str(ROOT / "conf")])
    assert capsys.readouterr().out.rstrip() == shown.rstrip()
    places = [f"sources.{name}.path={tmp_path}/data/{name}" for name in ("retail_orders", "crm_changes")]
    settings = [f"warehouse={tmp_path}/warehouse", *places]
    options = [part for setting in settings for part in ("--set", setting)]
    assert invoke("plan", "--conf", str(ROOT / "conf"), *options).stdout == planned


@pytest.fixture
def my_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Write the transformation of the README into a file of its own and import it."""
    (tmp_path / "my_steps.py").write_text(blocks("python", STARTED)[0])
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "my_steps", raising=False)
    import my_steps  # type: ignore[import-not-found]

    assert isinstance(my_steps, ModuleType)
    return my_steps


def test_your_own_files_in_ten_minutes(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (activate, _), (init, _), (enter, _), *verbs = commands(blocks("console", STARTED)[0])
    assert activate == "source .venv/bin/activate"
    assert invoke(*init.split()[1:]).exit_code == 0
    monkeypatch.chdir(tmp_path / enter.removeprefix("cd "))
    for command, shown in verbs:
        done = invoke(*command.split()[1:])
        assert done.exit_code == 0, done.stderr
        assert done.stdout == shown or not shown
    assert quarantine_text(data("quarantine", "silver.orders")).startswith("batch 1: amount_cast")


def test_the_transformation_passes_its_test(spark: SparkSession, my_steps: ModuleType) -> None:
    my_steps.test_with_size(spark)


def test_the_transformation_runs_as_a_step(
    spark: SparkSession, tmp_path: Path, my_steps: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke("init", str(tmp_path / "lake"))
    monkeypatch.chdir(tmp_path / "lake")
    spec = Path("conf/tables/silver/orders.yml")
    column, step = re.findall(r"`(size: .*?)`.*`(- my_steps:with_size)`", STARTED, re.DOTALL)[0]
    text = spec.read_text().replace("columns:\n", f"columns:\n  {column}\n", 1)
    spec.write_text(text.replace("steps:\n", f"steps:\n  {step}\n", 1))
    assert invoke("run", "--select", "bronze.orders,silver.orders").exit_code == 0
    sizes = {row["order_id"]: row["size"] for row in data("show", "silver.orders")}
    assert sizes == {1001: "big", 1002: "small", 1004: "small"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text())
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_each_job_and_exit_code_is_documented() -> None:
    jobs = {file.stem for file in (ROOT / "jobs").glob("[a-z]*.py")}
    assert set(re.findall(r"\(\.\./jobs/(\w+)\.py\)", JOBS)) == jobs
    assert re.findall(r"^\| (\d) \| ", COMMANDS, re.MULTILINE) == ["0", "1", "2", "3"]


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150

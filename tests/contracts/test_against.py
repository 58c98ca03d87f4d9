"""`validate --against` compares the specs with a git revision or a directory."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lakesmith.cli.app import app
from lakesmith.errors import ConfigError
from lakesmith.lake import open_lake
from tests.cli.verbs import data, invoke

FILES = {
    "base.yml": "name: shop\n",
    "sources/orders.yml": "format: csv\npath: in/orders\ncolumns: [id, price]\n",
    "tables/bronze/orders.yml": "from: sources.orders\n",
    "tables/silver/orders.yml": (
        "from: bronze.orders\n"
        "contract:\n"
        "  version: 1.2.0\n"
        "  consumers: [reporting, finance@example.com]\n"
        "columns:\n"
        "  id: {type: bigint, nullable: false}\n"
        "  price: {type: 'decimal(12,2)'}\n"
    ),
}
SILVER = "tables/silver/orders.yml"
WHAT = "LS177 silver.orders: column 'price': type was decimal(12,2), is int"


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def edit(file: str, old: str, new: str) -> None:
    path = Path("conf") / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit the specs in a repository, whose directory is the working directory."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        file = Path("conf") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    git("init", "--quiet", "--initial-branch=main")
    git("add", ".")
    git("commit", "--quiet", "-m", "specs")


def test_specs_as_they_were_pass() -> None:
    assert data("validate", "--against", "main")["ok"] is True


def test_what_breaks_is_named_with_place_and_consumers() -> None:
    edit(SILVER, "'decimal(12,2)'", "int")
    done = invoke("validate", "--against", "HEAD")
    assert done.exit_code == 2
    assert f"{WHAT}; consumers: reporting, finance@example.com" in done.stderr
    assert "where: conf/tables/silver/orders.yml:7 tables.silver.orders.columns.price.type" in done.stderr
    assert "set contract.version to 2.0.0" in done.stderr


def test_all_that_breaks_is_listed_at_once() -> None:
    edit(SILVER, "nullable: false", "nullable: true")
    edit(SILVER, "  price: {type: 'decimal(12,2)'}\n", "")
    done = invoke("validate", "--against", "main")
    assert "2 problems" in done.stderr and done.stderr.count("LS177") == 2


def test_a_new_major_version_may_break() -> None:
    edit(SILVER, "'decimal(12,2)'", "int")
    edit(SILVER, "1.2.0", "1.3.0")
    assert invoke("validate", "--against", "main").exit_code == 2
    edit(SILVER, "1.3.0", "2.0.0")
    assert invoke("validate", "--against", "main").exit_code == 0


def test_a_table_that_is_gone_breaks_unless_it_was_deprecated() -> None:
    edit(SILVER, "version: 1.2.0", "status: deprecated")
    git("commit", "--quiet", "-am", "deprecated")
    (Path("conf") / SILVER).unlink()
    assert invoke("validate", "--against", "main").exit_code == 0
    done = invoke("validate", "--against", "main~1")
    assert "silver.orders: the table was there, is removed; consumers: reporting" in done.stderr


def test_a_new_table_breaks_nothing() -> None:
    Path("conf/tables/silver/more.yml").write_text("from: bronze.orders\n")
    assert invoke("validate", "--against", "main").exit_code == 0


def test_a_directory_is_compared_with() -> None:
    shutil.copytree("conf", "old/conf")
    shutil.rmtree(".git")
    assert invoke("validate", "--against", "old/conf").exit_code == 0
    edit(SILVER, "'decimal(12,2)'", "int")
    assert WHAT in invoke("validate", "--against", "old/conf").stderr


def test_a_hook_of_git_compares_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert invoke("validate", "--against", "main").exit_code == 0


def test_the_same_from_python() -> None:
    assert open_lake("conf").validate(against="main") == ()
    edit(SILVER, "'decimal(12,2)'", "int")
    with pytest.raises(ConfigError, match="LS177"):
        open_lake("conf").validate(against="main")


@pytest.mark.parametrize("reference", ["missing", "--all", "HEAD~9", "conf/tables", ""])
def test_a_reference_that_is_nothing_is_refused(reference: str) -> None:
    done = invoke("validate", "--against", reference)
    assert done.exit_code == 2
    assert f"LS178 '{reference}' is neither a directory with specs nor a git revision" in done.stderr


def test_a_revision_without_the_specs_is_refused() -> None:
    git("checkout", "--quiet", "--orphan", "empty")
    git("rm", "--quiet", "-r", "--cached", ".")
    git("commit", "--quiet", "--allow-empty", "-m", "empty")
    assert "LS178 'empty' has no specs in 'conf'" in invoke("validate", "--against", "empty").stderr


def test_no_repository_is_refused() -> None:
    shutil.rmtree(".git")
    assert "not a git repository" in invoke("validate", "--against", "main").stderr


def test_no_git_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "LS178 git cannot be run: No such file or directory" in invoke("validate", "--against", "main").stderr


def test_old_specs_that_are_not_valid_are_refused() -> None:
    edit(SILVER, "type: bigint", "type: bigin")
    git("commit", "--quiet", "-am", "wrong")
    edit(SILVER, "type: bigin,", "type: bigint,")
    done = invoke("validate", "--against", "main")
    assert "LS178 the specs of 'main' are not valid: 'bigin' is no type" in done.stderr


def test_the_verb_has_the_option() -> None:
    assert app.info.name == "lakesmith"
    assert "--against" in invoke("validate", "--help").stdout


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    assert invoke("validate", "--against", "main").exit_code == 0
    assert os.listdir(scratch) == []

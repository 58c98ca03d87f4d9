from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINT = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
FILES_IN_A_FOLDER = 15
CODE = sorted([*(ROOT / "lib").rglob("*.py"), *(ROOT / "jobs").glob("*.py")])


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(directory / "lib")}
    return subprocess.run(LINT, cwd=directory, env=env, capture_output=True, text=True, check=False)


def test_imports_point_one_way() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("lakesmith/spec/origin.py", "import lakesmith.runs.lock", "Imports of lakesmith point one way"),
        ("lakesmith/quality/rules.py", "import lakesmith.session", "Transforms and quality do no I/O"),
        ("retail/profiles.py", "import lakesmith.tables.ref", "The sample's functions know transformations only"),
        ("lakesmith/errors.py", "import pyspark", "The command starts without Spark"),
        ("lakesmith/shed.py", "", "Imports of lakesmith point one way"),
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, file: str, line: str, contract: str) -> None:
    shutil.copytree(ROOT / "lib", tmp_path / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "lib" / file).open("a") as code:
        code.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert contract in done.stdout + done.stderr


def test_nothing_imports_the_jobs() -> None:
    guests = [file for file in CODE for name in imported(file) if name.split(".")[0] == "jobs" or ".jobs" in name]
    assert guests == []


def test_jobs_are_thin() -> None:
    assert {file.name for file in (ROOT / "jobs").glob("*.py") if len(file.read_text().splitlines()) > 60} == set()


def test_files_are_short() -> None:
    long = {str(file.relative_to(ROOT)) for file in CODE if len(file.read_text().splitlines()) > 300}
    assert long == set()


def full_folders(files: Iterable[Path]) -> dict[str, int]:
    counts = Counter(str(file.parent) for file in files)
    return {folder: count for folder, count in counts.items() if count > FILES_IN_A_FOLDER}


def test_folders_are_small() -> None:
    assert full_folders(file.relative_to(ROOT) for file in CODE) == {}


def test_a_folder_of_sixteen_files_is_found_with_its_init() -> None:
    files = [Path("lib/shop/__init__.py"), *(Path(f"lib/shop/part_{number}.py") for number in range(15))]
    assert full_folders(files) == {"lib/shop": 16}
    assert full_folders(files[:15]) == {}

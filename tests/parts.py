"""Split the tests into `make test` and the named parts of `make prove`, and say what each folder took.

``tests/proofs.toml`` lists, for each part, the tests that only `make prove` runs: an end of a test's id such as
``tests/runs/test_history.py::test_batches_in_order``, or a whole file. Tests marked ``prove`` belong to the part that
lists their file under ``files``.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE = Path(__file__).with_name("proofs.toml")
DONE = "LAKESMITH_PROVEN"


def read_parts(file: Path = TABLE) -> dict[str, dict[str, list[str]]]:
    """Return each part with its ``files`` and ``tests``."""
    parts: dict[str, dict[str, list[str]]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return parts


def part_of(node_id: str, parts: Mapping[str, Mapping[str, Iterable[str]]]) -> str | None:
    """Return the part that lists a test by its id, if one does."""
    name = node_id.split("[", 1)[0]
    for part, listed in parts.items():
        if any(one in (node_id, name) or _fits(one, node_id) for one in listed.get("tests", ())):
            return part
    return None


def _fits(pattern: str, node_id: str) -> bool:
    before, star, after = pattern.partition("*")
    return bool(star) and node_id.startswith(before) and node_id.endswith(after)


def home_of(node_id: str, parts: Mapping[str, Mapping[str, Iterable[str]]]) -> str:
    """Return the part of a test that is marked ``prove`` in its file."""
    listed = part_of(node_id, parts)
    if listed:
        return listed
    file = node_id.split("::", 1)[0]
    for part, about in parts.items():
        if any(file.startswith(prefix) for prefix in about.get("files", ())):
            return part
    raise pytest.UsageError(f"{node_id} is a proof and belongs to no part of {TABLE.name}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--part``."""
    parser.addoption("--part", help="run the proofs of one part only")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what the table lists, keep one part, and leave out what is proven already."""
    parts = read_parts()
    for item in items:
        if part_of(item.nodeid, parts):
            item.add_marker(pytest.mark.prove)
    wanted = config.getoption("--part")
    proven = _proven()
    kept = [
        item
        for item in items
        if item.nodeid not in proven
        and (not wanted or (item.get_closest_marker("prove") and home_of(item.nodeid, parts) == wanted))
    ]
    left = [item for item in items if item not in set(kept)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def _proven() -> set[str]:
    file = os.environ.get(DONE)
    return set(Path(file).read_text(encoding="utf-8").splitlines()) if file and Path(file).exists() else set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a proof that passed, so that a proof that was stopped goes on where it was."""
    file = os.environ.get(DONE)
    if file and report.when == "call" and report.passed and "PYTEST_XDIST_WORKER" not in os.environ:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        with Path(file).open("a", encoding="utf-8") as done:
            done.write(f"{report.nodeid}\n")


def seconds_by_folder(durations: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return the seconds of each folder of tests, the slowest first.

    >>> seconds_by_folder([("tests/a/test_x.py::test_y", 1.0), ("lib/lakesmith/b/c.py::c", 0.5), ("tests/a/z.py::q", 2.0)])
    {'tests/a': 3.0, 'doctests': 0.5}
    """
    total: dict[str, float] = defaultdict(float)
    for node_id, seconds in durations:
        path = node_id.split("::", 1)[0].split("/")
        folder = "/".join(path[:2]) if path[0] == "tests" else "doctests"
        total[folder if not folder.endswith(".py") else "tests"] += seconds
    return dict(sorted(total.items(), key=lambda one: -one[1]))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what each folder of tests took."""
    reports = [one for found in terminalreporter.stats.values() for one in found if hasattr(one, "duration")]
    taken = seconds_by_folder((report.nodeid, report.duration) for report in reports)
    if sum(taken.values()) < 60:
        return
    terminalreporter.section("seconds by folder")
    for folder, seconds in taken.items():
        terminalreporter.write_line(f"{seconds:8.1f} {folder}")

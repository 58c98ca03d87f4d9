"""A small sound project on disk, to which each test adds its one mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.load import load_project
from lakesmith.spec.yaml.overlays import Sets

SOUND = {
    "base.yml": "name: shop\n",
    "sources/orders.yml": "format: csv\npath: in/orders\ncolumns: [OrderId, Amount, Day]\n",
    "tables/bronze/orders.yml": "from: sources.orders\n",
    "tables/silver/orders.yml": (
        "from: bronze.orders\n"
        "columns:\n"
        "  id: {type: bigint, source: OrderId}\n"
        "  amount: {type: 'decimal(12,2)', source: Amount}\n"
        "  day: {type: date, source: Day}\n"
        "write: {strategy: upsert, keys: [id], sequence_by: [day]}\n"
    ),
    "tables/gold/daily.yml": (
        "from: silver.orders\n"
        "steps:\n"
        "  - aggregate: {by: [day], measures: {amount: sum(amount)}}\n"
        "write: {strategy: aggregate, keys: [day]}\n"
    ),
}
Files = Mapping[str, "str | bytes"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write the sound project with some files replaced; the working directory is its parent."""
    monkeypatch.chdir(tmp_path)

    def write(files: Files | None = None) -> Path:
        for name, text in {**SOUND, **(files or {})}.items():
            file = Path("conf") / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Path("conf")

    return write


@pytest.fixture
def problems(project: Callable[..., Path]) -> Callable[..., list[Problem]]:
    """Load the sound project with some files replaced and return all problems."""

    def load(files: Files | None = None, env: str = "local", sets: Sets = (), **options: Any) -> list[Problem]:
        try:
            load_project(project(files), env, sets, **options)
        except ConfigError as error:
            return list(error.problems)
        return []

    return load

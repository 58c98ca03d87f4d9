"""What tests of several rooms share; the session comes from ``lakesmith.pytest_plugin``."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the root of the repository."""
    return Path(__file__).resolve().parent.parent

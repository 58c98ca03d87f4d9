"""Hold what tests of several packages share; the session comes from ``lakesmith.pytest_plugin``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakesmith.batch import small_batch
from lakesmith.pytest_plugin import REMOTE
from lakesmith.tables.commit import TXN_APP, TXN_VERSION, USER_METADATA


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the root of the repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True, scope="session")
def _large_over_connect() -> None:
    """Run batches over Spark Connect as large ones, so that both ways are tested."""
    if os.environ.get(REMOTE):
        small_batch.MAX_ROWS_READ = -1


@pytest.fixture(autouse=True)
def nobody(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take the identity of a commit from the session again: whatever a later test wrote with it could be skipped."""
    yield
    if "spark" in request.fixturenames:
        session = request.getfixturevalue("spark")
        for key in (TXN_APP, TXN_VERSION, USER_METADATA):
            session.conf.unset(key)

"""What tests of several rooms share; the session comes from ``lakesmith.pytest_plugin``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lakesmith.tables.commit import TXN_APP, TXN_VERSION, USER_METADATA


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the root of the repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def nobody(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take the identity of a commit from the session again: whatever a later test wrote with it could be skipped."""
    yield
    if "spark" in request.fixturenames:
        session = request.getfixturevalue("spark")
        for key in (TXN_APP, TXN_VERSION, USER_METADATA):
            session.conf.unset(key)

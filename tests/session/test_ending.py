"""The session of a batch is ended whatever happens in it, and that hides no error."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest
from pyspark.sql import SparkSession

from lakesmith.session import batch
from lakesmith.session.maintenance import maintenance_session


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The sessions that were ended."""
    found: list[object] = []
    monkeypatch.setattr(batch, "end_session", found.append)
    return found


@pytest.fixture
def session() -> SparkSession:
    """A session that keeps nothing."""
    return MagicMock()


def test_a_session_is_ended_after_the_code_within(session: SparkSession, ended: list[object]) -> None:
    with batch.ending(session) as given:
        assert (given, ended) == (session, [])
    assert ended == [session]


@pytest.mark.parametrize("error", [ValueError("no number"), KeyboardInterrupt()])
def test_a_session_is_ended_once_when_the_code_within_raises(
    session: SparkSession, ended: list[object], error: BaseException
) -> None:
    with pytest.raises(type(error)), batch.ending(session):
        raise error
    assert ended == [session]


def test_a_session_that_cannot_be_ended_hides_no_error(
    session: SparkSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(session: SparkSession) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(batch, "end_session", refuse)
    with pytest.raises(ValueError, match="no number"), batch.ending(session):
        raise ValueError("no number")
    assert "ConnectionError" in caplog.text
    with pytest.raises(ConnectionError), batch.ending(session):
        pass


def test_a_session_that_cannot_be_configured_is_ended(
    session: MagicMock, ended: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_beside", lambda spark: session)
    session.conf.set.side_effect = ValueError("no such setting")
    with pytest.raises(ValueError, match="no such setting"):
        batch.batch_session(session)
    assert ended == [session]


def test_a_session_that_cannot_be_named_for_maintenance_is_ended(
    session: MagicMock, ended: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_beside", lambda spark: session)
    session.sparkContext.setJobDescription.side_effect = ValueError("no")
    with pytest.raises(ValueError, match="no"):
        maintenance_session(session, "silver.orders", (1, 2), "{}", is_local=True)
    assert ended == [session]


def test_the_channel_of_a_client_is_closed_though_the_server_does_not_answer(
    session: MagicMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "is_connect", lambda session: True)
    session.client.release_session.side_effect = ConnectionError("gone")
    with pytest.raises(ConnectionError):
        batch.end_session(session)
    session.client.close.assert_called_once_with()

"""A write is tried again where another writer's commit came before it, and nowhere else."""

from __future__ import annotations

import pytest

from lakesmith.errors import WriteError
from lakesmith.tables import retry as conflicts
from lakesmith.tables.retry import is_conflict, retried


class ConcurrentAppendException(Exception):  # noqa: N818 Delta's name
    """As Delta names it."""


CONFLICT = ConcurrentAppendException("[DELTA_CONCURRENT_APPEND.WITHOUT_HINT] Transaction conflict detected")
MOVED = WriteError("moved", code="LS506")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "SECONDS", 0)


@pytest.mark.parametrize("errors", [[], [CONFLICT], [MOVED, CONFLICT, CONFLICT]])
def test_conflicts_are_survived(errors: list[Exception]) -> None:
    left, again = list(errors), []

    def write() -> str:
        if left:
            raise left.pop()
        return "written"

    assert retried(write, lambda: again.append(1)) == "written"
    assert len(again) == len(errors)


@pytest.mark.parametrize("error", [CONFLICT, MOVED])
def test_the_last_conflict_is_raised(error: Exception) -> None:
    tries = []

    def write() -> None:
        tries.append(1)
        raise error

    with pytest.raises(type(error)):
        retried(write, lambda: None, tries=3)
    assert len(tries) == 3


@pytest.mark.parametrize("error", [ValueError("disk full"), WriteError("other", code="LS502")])
def test_other_errors_are_not_tried_again(error: Exception) -> None:
    def write() -> None:
        raise error

    with pytest.raises(type(error)):
        retried(write, lambda: pytest.fail("tried again"))


def test_what_is_found_before_a_further_try_ends_them() -> None:
    def write() -> None:
        raise CONFLICT

    def refuse() -> None:
        raise WriteError("rows of others", code="LS211")

    with pytest.raises(WriteError, match="LS211"):
        retried(write, refuse)


@pytest.mark.parametrize(
    "text",
    [
        "DELTA_CONCURRENT_APPEND", "DELTA_CONCURRENT_DELETE_READ", "DELTA_CONCURRENT_DELETE_DELETE",
        "DELTA_CONCURRENT_WRITE", "DELTA_METADATA_CHANGED", "DELTA_PROTOCOL_CHANGED",
        "io.delta.exceptions.ConcurrentDeleteReadException: ...", "io.delta.exceptions.MetadataChangedException",
    ],
)  # fmt: skip
def test_deltas_words_for_a_conflict(text: str) -> None:
    assert is_conflict(RuntimeError(text))


def test_another_batch_of_the_same_id_is_no_conflict_to_try_again() -> None:
    assert not is_conflict(RuntimeError("[DELTA_CONCURRENT_TRANSACTION] same txnAppId"))

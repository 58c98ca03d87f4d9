"""The commits that stand are those that made the rows of the newest version."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lakesmith.tables.delta_log.history import Commit, standing

# Each commit writes (None), or restores the version that many before it.
LOGS = st.lists(st.none() | st.integers(1, 9), min_size=1, max_size=12)


def log(steps: list[int | None]) -> list[Commit]:
    """Return commits, oldest first."""
    return [
        Commit(version, 0, "WRITE", {}, {})
        if back is None or version == 0
        else Commit(version, 0, "RESTORE", {}, {}, restored_to=max(0, version - back))
        for version, back in enumerate(steps)
    ]


def rows_at(commits: list[Commit], version: int) -> set[int]:
    """Return the versions whose rows a version has, by what each operation does."""
    states: list[set[int]] = []
    for commit in commits:
        before = states[-1] if states else set()
        is_write = commit.restored_to is None
        states.append(before | {commit.version} if is_write else states[commit.restored_to or 0])
    return states[version]


def written(commits: list[Commit], upto: int | None = None) -> set[int]:
    found = standing(list(reversed(commits)), upto)
    return {commit.version for commit in found if commit.restored_to is None}


@given(LOGS)
def test_commits_that_stand_made_the_rows_of_the_newest_version(steps: list[int | None]) -> None:
    commits = log(steps)
    assert written(commits) == rows_at(commits, len(steps) - 1)


@given(LOGS, st.integers(0, 11))
def test_up_to_a_version_later_restores_do_not_count(steps: list[int | None], upto: int) -> None:
    commits = log(steps)
    last = min(upto, len(steps) - 1)
    assert written(commits, last) == rows_at(commits, last)


def test_a_log_whose_beginning_was_deleted_is_walked_to_its_end() -> None:
    commits = [Commit(9, 0, "RESTORE", {}, {}, restored_to=3), Commit(8, 0, "WRITE", {}, {})]
    assert [commit.version for commit in standing(commits)] == [9]
    assert list(standing([])) == []


def test_a_span_that_changed_nothing_is_left_out_with_what_is_restored_into_it() -> None:
    commits = list(reversed(log([None, None, None, None, 1])))
    assert [commit.version for commit in standing(commits, voids=[(1, 2)])] == [4, 3, 0]
    assert [commit.version for commit in standing(commits, voids=[(3, 4)])] == [2, 1, 0]


def test_a_batch_that_a_restore_names_as_read_stays_for_its_watermark() -> None:
    batches = [Commit(version, 0, "MERGE", {"batch": version}, {}) for version in (1, 2, 3)]
    restore = Commit(4, 0, "RESTORE", {"back_to": 2}, {}, restored_to=1)
    newest_first = [restore, *reversed(batches)]
    assert [commit.version for commit in standing(newest_first)] == [4, 1]
    assert [commit.version for commit in standing(newest_first, keeps_batches=True)] == [4, 2, 1]

"""What an operation of Delta does to rows is said once, and by nobody in two ways."""

from __future__ import annotations

import pytest

from lakesmith.ledger.commit_walk import is_foreign
from lakesmith.tables.delta_log.history import Commit
from lakesmith.tables.delta_log.operations import MAINTENANCE, MOVES_ROWS, ROW_CHANGES
from lakesmith.tables.upsert.key_filter import KNOWN


def commit(operation: str) -> Commit:
    return Commit(1, 0, operation, {}, {})


def test_no_operation_both_keeps_and_moves_rows() -> None:
    assert set(MAINTENANCE) & set(MOVES_ROWS) == set()


@pytest.mark.parametrize("operation", MAINTENANCE)
def test_maintenance_is_the_same_to_upstreams_key_filters_and_the_look_for_others(operation: str) -> None:
    assert operation in KNOWN
    assert commit(operation).keeps_rows
    assert commit(operation).adds_only
    assert not is_foreign(commit(operation))


@pytest.mark.parametrize("operation", ["REORG", "CLUSTER BY", "UNSET TBLPROPERTIES"])
def test_what_maintenance_of_ours_and_of_others_commits_is_known(operation: str) -> None:
    assert operation in MAINTENANCE


@pytest.mark.parametrize("operation", ROW_CHANGES)
def test_changes_of_others_are_caught_up_by_key_filters_and_refused_on_tables(operation: str) -> None:
    assert operation in KNOWN
    assert is_foreign(commit(operation))
    assert not commit(operation).keeps_rows


@pytest.mark.parametrize("operation", ["RESTORE", "CLONE", "TRUNCATE", "CREATE TABLE AS SELECT"])
def test_what_no_change_feed_explains_is_foreign_and_makes_a_key_filter_be_built(operation: str) -> None:
    assert operation not in KNOWN
    assert is_foreign(commit(operation))
    assert not commit(operation).adds_only

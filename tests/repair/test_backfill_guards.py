"""Which tables a backfill refuses."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import pytest

from lakesmith.errors import InputError, LedgerError
from lakesmith.ledger.state import TableState
from lakesmith.ledger.store import Ledger
from lakesmith.repair.backfill_guards import require_dates, require_same_rows, require_settled
from lakesmith.spec.model import Project, Table

DATED = {"from": "bronze.a", "columns": {"day": {"type": "date"}}, "event_date": "day"}
UPSERT = {"strategy": "upsert", "keys": ["day"]}


def project(**silver: dict[str, Any]) -> Project:
    source = {"format": "csv", "path": "in", "columns": ["x"]}
    tables = {"bronze": {"a": {"from": "sources.s"}}, "silver": silver}
    return Project.model_validate({"name": "p", "sources": {"s": source}, "tables": tables})


@pytest.mark.parametrize(
    ("table", "silver", "text"),
    [
        ("bronze.a", {}, "is built from files"),
        ("silver.b", {"b": {"from": "bronze.a"}}, "declares no event_date"),
        ("silver.b", {"b": DATED, "c": {"from": "silver.b"}}, "is read by silver.c, written row by row"),
    ],
)
def test_tables_without_dates_or_with_readers_that_append_are_refused(
    table: str, silver: dict[str, Any], text: str
) -> None:
    with pytest.raises(InputError, match=f"LS610 {table} {text}"):
        require_dates(project(**silver), table)


def test_a_table_with_dates_is_backfilled() -> None:
    require_dates(project(b=DATED), "silver.b")


@pytest.mark.parametrize(
    ("since", "version", "write", "is_refused"),
    [
        (4, 4, {}, False),
        (4, 6, {}, True),  # the next run would add the rows again
        (4, 6, UPSERT, False),
        (6, 4, UPSERT, True),  # rows of version 5 and 6 would be lost
        (None, 4, UPSERT, False),
    ],
)
def test_a_backfill_reads_what_the_table_has_read(
    since: int | None, version: int, write: dict[str, Any], is_refused: bool
) -> None:
    spec = Table.model_validate({**DATED, "write": write})
    upstream = TableState("bronze.a", version=version)
    if not is_refused:
        require_same_rows("silver.b", spec, since, upstream)
        return
    with pytest.raises(LedgerError, match=f"LS611 silver.b has read version {since} of bronze.a"):
        require_same_rows("silver.b", spec, since, upstream)


def test_a_refused_batch_comes_first() -> None:
    ledger = Ledger(MagicMock(), "run", {"silver.b": TableState("silver.b", refused={"version": 3})})
    require_settled(ledger, ["silver.c"])
    with pytest.raises(LedgerError, match=r"LS611 silver\.b has a refused batch"):
        require_settled(ledger, ["silver.b"])

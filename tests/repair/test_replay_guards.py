"""Tables of which a quarantined row cannot be replayed are refused, with what to do instead."""

from __future__ import annotations

from typing import Any

import pytest

from lakesmith.errors import InputError
from lakesmith.repair.replay_guards import require_correctable, require_repeatable, require_replayable
from lakesmith.spec.model import Project

SOURCE = {"format": "csv", "path": "in", "columns": ["id", "at"]}
COLUMNS = {"id": {"type": "int"}, "at": {"type": "int"}}
KEYED = {"keys": ["id"], "sequence_by": ["at"]}


def project(**tables: dict[str, Any]) -> Project:
    specs = {"bronze": {"a": {"from": "sources.s"}}, "silver": tables}
    return Project.model_validate({"name": "shop", "sources": {"s": SOURCE}, "tables": specs})


def table(write: dict[str, Any], source: str = "bronze.a", **more: Any) -> dict[str, Any]:
    return {"from": source, "columns": COLUMNS, "write": write, **more}


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        (table({"strategy": "replace_all"}), "computes its rows from all rows of bronze.a"),
        (table({"strategy": "aggregate", "keys": ["id"]}), "computes its rows from all rows of bronze.a"),
        (table({"strategy": "snapshot", **KEYED}), "compares whole snapshots"),
        (table({"strategy": "append"}, sql="SELECT * FROM a"), "is made by SQL"),
        ({"from": "bronze.a", "steps": [{"trim": ["id"]}]}, "has steps and no contract"),
    ],
)
def test_what_cannot_be_replayed_is_refused(spec: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError, match=rf"LS650 silver\.b {what}(.|\n)*next: "):
        require_replayable(project(b=spec), "silver.b")


def test_an_image_that_the_upstream_may_have_replaced_is_refused() -> None:
    first = table({"strategy": "upsert", **KEYED})
    second = table({"strategy": "upsert", **KEYED}, "silver.b")
    with pytest.raises(InputError, match=r"LS650 silver\.c takes the newest image"):
        require_replayable(project(b=first, c=second), "silver.c")
    kept = table({"strategy": "upsert", "keys": ["id"], "when_matched": "ignore"}, "silver.b")
    require_replayable(project(b=first, c=kept), "silver.c")


@pytest.mark.parametrize(
    "write", [{"strategy": "append"}, {"strategy": "upsert", **KEYED}, {"strategy": "cdc", **KEYED}]
)
def test_rows_of_these_tables_are_replayed_and_corrected(write: dict[str, Any]) -> None:
    require_replayable(project(b=table(write)), "silver.b")
    require_correctable(project(b=table(write)), "silver.b")


@pytest.mark.parametrize(
    "write", [{"strategy": "scd2", **KEYED}, {"strategy": "cdc", **KEYED, "partial_updates": True}]
)
def test_rows_that_are_read_again_later_are_replayed_as_they_are_only(write: dict[str, Any]) -> None:
    require_replayable(project(b=table(write)), "silver.b")
    with pytest.raises(InputError, match=r"LS650 silver\.b derives rows from all events"):
        require_correctable(project(b=table(write)), "silver.b")


def test_a_condition_must_give_the_same_rows_again() -> None:
    require_repeatable("_raw LIKE '%select now()%'")
    with pytest.raises(InputError, match="LS652 the condition reads a table"):
        require_repeatable("_batch_id IN (SELECT id FROM t)")

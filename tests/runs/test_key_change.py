"""What the commits of a table record about its rows is compared with what its spec says now."""

from __future__ import annotations

from typing import Any, cast

import pytest

from lakesmith.ledger import key_change as module
from lakesmith.ledger.key_change import key_change, settings_to_record
from lakesmith.ledger.state import TableState
from lakesmith.sources.new_columns import Default
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Table
from lakesmith.tables.delta_log.history import Commit

HISTORY = {"strategy": "scd2", "track_history_columns": ["plan"]}
EVENTS = {"strategy": "cdc", "apply_as_deletes": "op = 'D'"}
TRUNCATED = {"strategy": "cdc", "apply_as_truncates": "op = 'T'"}
NEWEST = {"strategy": "upsert"}
PARTIAL = {"strategy": "cdc", "partial_updates": True, "null_means": "unchanged"}
DEBEZIUM = {"strategy": "cdc", "change_format": "debezium"}
DEFAULT = "__debezium_unavailable_value"
TRACKED = "track_history_columns is city, plan, the table's versions are those of plan"


def spec_of(write: dict[str, Any], **table: Any) -> Table:
    columns = {name: {"type": "string"} for name in ("id", "at", "plan", "city", "op")}
    by_key = {"keys": ["id"], "sequence_by": ["at"], **write}
    return Table.model_validate({"from": "bronze.c", "columns": columns, "write": by_key, **table})


def differences(
    monkeypatch: pytest.MonkeyPatch, had: dict[str, Any], now: Table, fresh: dict[str, Default] | None = None
) -> str:
    """Return what differs where the upstream got some columns since version 7, up to which it was read."""
    commit = Commit(3, 0, "MERGE", had, {})
    monkeypatch.setattr(module, "newest_commits", lambda *_: [commit])
    state = TableState("silver.c", version=3, spec_hash="of another spec", positions={"table": {"to": 7}})
    new_columns = {7: fresh or {}}.__getitem__
    return key_change(cast("Any", None), cast("Any", None), now, state, new_columns)


@pytest.mark.parametrize(
    ("had", "now", "said"),
    [
        (HISTORY, HISTORY | {"track_history_columns": ["plan", "city"]}, TRACKED),
        (
            HISTORY,
            {"strategy": "scd2"},
            "track_history_columns is all columns, the table's versions are those of plan",
        ),
        (
            {"strategy": "cdc", "stored_as_scd_type": 2},
            {"strategy": "cdc", "stored_as_scd_type": 2, "track_history_columns": ["plan"]},
            "track_history_columns is plan, the table's versions are those of all columns",
        ),
        (
            EVENTS,
            EVENTS | {"apply_as_deletes": "op = 'd'"},
            "apply_as_deletes is op = 'd', the table's deletes were found by op = 'D'",
        ),
        (
            NEWEST,
            NEWEST | {"apply_as_deletes": "op = 'D'"},
            "apply_as_deletes is op = 'D', the table's deletes were found by none",
        ),
        (
            HISTORY | {"apply_as_deletes": "op = 'D'"},
            HISTORY,
            "apply_as_deletes is none, the table's deletes were found by op = 'D'",
        ),
        (
            TRUNCATED,
            TRUNCATED | {"apply_as_truncates": "op = 'X'"},
            "apply_as_truncates is op = 'X', the table was emptied by op = 'T'",
        ),
        (
            NEWEST,
            NEWEST | {"when_matched": "ignore"},
            "when_matched is ignore by sequence_by, the table's rows were kept by update",
        ),
        (
            NEWEST | {"when_matched": "ignore", "sequence_by": []},
            NEWEST | {"when_matched": "ignore"},
            "when_matched is ignore by sequence_by, the table's rows were kept by ignore",
        ),
        (
            {"strategy": "cdc"},
            {"strategy": "cdc", "change_format": "debezium"},
            "change_format is debezium, the table's events were read as flat; "
            f"unavailable_values is {DEFAULT}, the table's events were read with none",
        ),
        (
            PARTIAL,
            {"strategy": "cdc"},
            "partial_updates is false, the table's events were read with true",
        ),
        (
            {"strategy": "cdc"},
            PARTIAL,
            "partial_updates is true, the table's events were read with false",
        ),
        (
            DEBEZIUM | {"partial_updates": True},
            DEBEZIUM | PARTIAL,
            "null_means is unchanged, NULL in the table's events was read as no_value",
        ),
        (
            DEBEZIUM,
            DEBEZIUM | {"unavailable_values": ["n/a", DEFAULT]},
            f"unavailable_values is n/a, {DEFAULT}, the table's events were read with {DEFAULT}",
        ),
        (
            {"strategy": "cdc", "unavailable_values": ["n/a"]},
            {"strategy": "cdc"},
            "unavailable_values is none, the table's events were read with n/a",
        ),
    ],
)
def test_a_setting_that_decided_over_all_rows_is_not_changed_for_the_next_ones(
    monkeypatch: pytest.MonkeyPatch, had: dict[str, Any], now: dict[str, Any], said: str
) -> None:
    assert differences(monkeypatch, settings_to_record(spec_of(had)), spec_of(now)) == said


@pytest.mark.parametrize(
    ("had", "now"),
    [
        (HISTORY | {"track_history_columns": ["city", "plan"]}, HISTORY | {"track_history_columns": ["Plan", "city"]}),
        (EVENTS, EVENTS | {"apply_as_deletes": "  OP='D' "}),
        (EVENTS, EVENTS | {"apply_as_deletes": "`op`\n= 'D'"}),
        (HISTORY, HISTORY | {"on_tie": "fail"}),
        (NEWEST | {"on_tie": "fail"}, NEWEST),
        (EVENTS, {"strategy": "snapshot"}),
        (NEWEST, {"strategy": "cdc"}),
        (DEBEZIUM, DEBEZIUM | {"unavailable_values": [DEFAULT]}),
        (NEWEST, PARTIAL),
    ],
    ids=[
        "order",
        "spaces",
        "ticks",
        "ties of a history",
        "ties",
        "no events",
        "both keep the newest",
        "default",
        "whole rows",
    ],
)
def test_a_change_that_no_row_depends_on_is_no_difference(
    monkeypatch: pytest.MonkeyPatch, had: dict[str, Any], now: dict[str, Any]
) -> None:
    assert differences(monkeypatch, settings_to_record(spec_of(had)), spec_of(now)) == ""


@pytest.mark.parametrize("condition", ["operation = 'D'", "op = 'D'"])
def test_a_renamed_column_is_the_same_column(monkeypatch: pytest.MonkeyPatch, condition: str) -> None:
    had = settings_to_record(spec_of(HISTORY | {"apply_as_deletes": "op = 'D'"}))
    now = spec_of(HISTORY | {"track_history_columns": ["tariff"], "apply_as_deletes": condition})
    columns = {"tariff": {"type": "string", "renamed_from": "plan"}}
    columns["operation"] = {"type": "string", "renamed_from": "op"}
    renamed = Table.model_validate({"from": "bronze.c", "columns": columns, "write": now.write.model_dump()})
    assert differences(monkeypatch, had, renamed) == ""


def test_a_setting_that_the_commits_do_not_record_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    had = {"keys": ["id"], "sequence_by": ["at"], "scd_type": 2}
    assert differences(monkeypatch, had, spec_of(HISTORY)) == ""
    assert differences(monkeypatch, had | {"scd_type": 1}, spec_of(NEWEST | {"when_matched": "ignore"})) == ""


def test_commits_from_before_the_settings_of_events_were_always_recorded_are_of_whole_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    had = {"keys": ["id"], "sequence_by": ["at"], "scd_type": 1, "change_format": "debezium"}
    said = "partial_updates is true, the table's events were read with false"
    assert differences(monkeypatch, had, spec_of(DEBEZIUM)) == ""
    assert differences(monkeypatch, had, spec_of(DEBEZIUM | {"partial_updates": True})) == said


def test_a_table_that_becomes_a_history_says_so_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    had = settings_to_record(spec_of(NEWEST))
    said = "the table is to keep the versions of its keys, and holds newest rows"
    assert differences(monkeypatch, had, spec_of(HISTORY | {"apply_as_deletes": "op = 'D'"})) == said


ALL_TRACKED = [
    {"strategy": "scd2"},
    {"strategy": "cdc", "stored_as_scd_type": 2},
]
OF_NOTE = (
    "track_history_columns is all columns, the table's versions are those of all but note, "
    "and earlier rows of bronze.c may have values there"
)


def with_note(write: dict[str, Any], steps: tuple[dict[str, Any], ...] = (), **column: Any) -> Table:
    spec = spec_of(write, steps=steps)
    columns = {name: about.model_dump(exclude_unset=True) for name, about in spec.columns.items()}
    more = columns | {"note": {"type": "string", **column}}
    return Table.model_validate({**spec.model_dump(by_alias=True, exclude_unset=True), "columns": more})


@pytest.mark.parametrize("write", ALL_TRACKED, ids=["scd2", "cdc"])
def test_a_new_tracked_column_that_the_upstream_had_before_needs_a_rebuild(
    monkeypatch: pytest.MonkeyPatch, write: dict[str, Any]
) -> None:
    had = settings_to_record(spec_of(write))
    assert differences(monkeypatch, had, with_note(write)) == OF_NOTE
    assert differences(monkeypatch, had, with_note(write), {"other": None}) == OF_NOTE
    assert differences(monkeypatch, had, with_note(write), {"note": None}) == ""
    assert differences(monkeypatch, had, with_note(write | {"track_history_columns": ["plan"]})) == (
        "track_history_columns is plan, the table's versions are those of all columns"
    )


@pytest.mark.parametrize(
    ("step", "column", "fresh", "said"),
    [
        (None, {"source": "Note"}, {"note": None}, ""),
        (None, {"source": "Text"}, {"note": None}, OF_NOTE),
        (None, {}, {"note": "none"}, OF_NOTE),
        (None, {"default": "none"}, {"note": "none"}, ""),
        ({"with_columns": {"note": "trim(Text)"}}, {}, {"note": None, "text": None}, OF_NOTE),
        ({"with_columns": {"note": "coalesce(Text, 'none')"}}, {}, {"text": None}, OF_NOTE),
        ({"with_columns": {"note": "CAST(Text AS string)"}}, {}, {"text": None}, ""),
        ({"with_columns": {"note": "CAST(Text AS string)"}}, {}, {"note": None}, OF_NOTE),
        ({"upper": ["note"]}, {}, {"note": None}, ""),
        ({"hash_key": {"name": "note", "of": "raw"}}, {}, {"note": None}, OF_NOTE),
    ],
)
def test_a_new_tracked_column_is_null_in_old_rows_where_it_comes_of_one_that_is_new_upstream(
    monkeypatch: pytest.MonkeyPatch, step: Any, column: dict[str, Any], fresh: dict[str, Default], said: str
) -> None:
    had = settings_to_record(spec_of({"strategy": "scd2"}))
    steps = () if step is None else (step,)
    assert differences(monkeypatch, had, with_note({"strategy": "scd2"}, steps, **column), fresh) == said


def test_a_new_tracked_column_is_not_judged_where_the_commits_do_not_name_those_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    had = settings_to_record(spec_of({"strategy": "scd2"}))
    older = {name: value for name, value in had.items() if name != "tracked_columns"}
    assert differences(monkeypatch, older, with_note({"strategy": "scd2"})) == ""


def test_a_renamed_column_is_no_new_tracked_one(monkeypatch: pytest.MonkeyPatch) -> None:
    had = settings_to_record(with_note({"strategy": "scd2"}))
    now = spec_of({"strategy": "scd2"})
    columns = {name: {"type": "string"} for name in now.columns} | {"text": {"type": "string", "renamed_from": "Note"}}
    renamed = Table.model_validate({"from": "bronze.c", "columns": columns, "write": now.write.model_dump()})
    assert differences(monkeypatch, had, renamed) == ""


def test_every_recorded_setting_makes_it_another_spec() -> None:
    ways: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (HISTORY, HISTORY | {"track_history_columns": ["city"]}),
        (EVENTS, EVENTS | {"apply_as_deletes": "op = 'd'"}),
        (TRUNCATED, TRUNCATED | {"apply_as_truncates": "op = 'X'"}),
        (NEWEST, NEWEST | {"when_matched": "ignore"}),
        (EVENTS, EVENTS | {"change_format": "debezium"}),
        ({"strategy": "cdc"}, {"strategy": "cdc", "partial_updates": True}),
        (PARTIAL, PARTIAL | {"null_means": "no_value"}),
        (DEBEZIUM, DEBEZIUM | {"unavailable_values": []}),
    ]
    same = [had for had, now in ways if spec_hash(spec_of(had)) == spec_hash(spec_of(now))]
    assert same == []


@pytest.mark.parametrize(("had", "now", "said"), [
    ({"at": {"source": "ordered"}}, {"at": {"source": "shipped"}}, "the column at is made of shipped, in the table's rows of ordered"),
    ({"at": {"format": "dd/MM/yyyy"}}, {"at": {"format": "MM/dd/yyyy"}}, "made of at MM/dd/yyyy, in the table's rows of at dd/MM/yyyy"),
    ({"steps": [{"trim": ["id"]}]}, {"steps": []}, "the column id is made of id, in the table's rows of id, trim"),
    ({"steps": [{"with_columns": {"id": "lower(op)"}}]}, {"steps": [{"with_columns": {"id": "upper(op)"}}]}, "made of op, with_columns id: upper(op)"),
    ({"steps": [{"trim": ["plan"]}]}, {"steps": []}, ""),
    ({"at": {"source": "ordered"}}, {"at": {"source": "ordered", "default": "2024-01-01"}}, ""),
])  # fmt: skip
def test_a_column_that_places_rows_is_made_as_in_the_table(
    monkeypatch: pytest.MonkeyPatch, had: dict[str, Any], now: dict[str, Any], said: str
) -> None:
    def spec(given: dict[str, Any]) -> Table:
        columns = {"id": {"type": "string"}, "op": {"type": "string"}, "at": {"type": "date", **given.get("at", {})}}
        return spec_of(NEWEST, columns=columns, steps=given.get("steps", []))

    found = differences(monkeypatch, settings_to_record(spec(had)), spec(now))
    assert said in found
    assert bool(found) == bool(said)


def test_a_tracked_column_that_leaves_the_contract_needs_a_rebuild(monkeypatch: pytest.MonkeyPatch) -> None:
    history = {"strategy": "scd2"}
    columns = {name: {"type": "string"} for name in ("id", "at", "plan")}
    found = differences(monkeypatch, settings_to_record(spec_of(history)), spec_of(history, columns=columns))
    assert "the column city left the contract" in found

"""The watermark of a table is that of the newest batch that stands."""

from __future__ import annotations

from typing import Any, cast

import pytest

from lakesmith.tables import watermark as module
from lakesmith.tables.delta_log.history import Commit
from lakesmith.tables.watermark import Watermark, find_watermark


def batch(version: int, **about: Any) -> Commit:
    return Commit(version, 0, "MERGE", {"batch": version, **about}, {})


def marked(version: int, text: str) -> Commit:
    return batch(version, watermark={"kind": "int", "text": text})


def found(monkeypatch: pytest.MonkeyPatch, newest_first: list[Commit], kind: str = "int") -> str | None:
    monkeypatch.setattr(module, "newest_commits", lambda _, __, limit: newest_first[:limit])
    watermark = find_watermark(cast("Any", None), cast("Any", None), kind)
    return watermark and watermark.text


def test_the_newest_commit_is_looked_at_alone_where_it_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[int] = []

    def newest(_: object, __: object, limit: int) -> list[Commit]:
        limits.append(limit)
        return [marked(2, "7")]

    monkeypatch.setattr(module, "newest_commits", newest)
    assert find_watermark(cast("Any", None), cast("Any", None), "int") == Watermark("int", "7")
    assert limits == [1]


def test_maintenance_has_no_watermark_and_hides_none(monkeypatch: pytest.MonkeyPatch) -> None:
    log = [Commit(3, 0, "OPTIMIZE", {}, {}), batch(2), marked(1, "5")]
    assert found(monkeypatch, log) == "5"


def test_a_restore_brings_back_the_watermark_of_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    restore = Commit(3, 0, "RESTORE", {"batch": 2, "back_to": 1}, {}, restored_to=1)
    assert found(monkeypatch, [restore, marked(2, "9"), marked(1, "5")]) == "5"


def test_a_batch_that_stays_read_keeps_its_watermark_after_the_restored_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    restore = Commit(4, 0, "RESTORE", {"batch": 3, "back_to": 2}, {}, restored_to=1)
    assert found(monkeypatch, [restore, marked(3, "9"), marked(2, "7"), marked(1, "5")]) == "7"


def test_a_table_built_from_scratch_has_none_of_its_past(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, [batch(2, first=True), marked(1, "5")]) is None


def test_a_watermark_of_another_type_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, [marked(1, "5")], "date") is None


def test_it_is_recorded_as_it_is_read_back() -> None:
    for watermark in (Watermark("date", "2026-01-02"), Watermark("int", "5", ("7", "9"))):
        assert Watermark(**watermark.to_metadata()) == watermark

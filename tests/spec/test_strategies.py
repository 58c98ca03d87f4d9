"""What a strategy declares decides which settings it takes, and what tables downstream may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec import installed
from lakesmith.spec.json_schema import schemas
from lakesmith.spec.model import Write
from lakesmith.spec.strategies import Declaration, register, registry

Problems = Callable[..., list[Problem]]
OF_USER = Declaration(
    name="append_unseen",
    emits="appends",
    reads="all of the table",
    takes=("partition_by",),
    hint="whole rows are compared; take it out",
)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register a strategy of a user, until the end of the test."""
    monkeypatch.setattr(registry, "_declarations", dict(registry._declarations))
    register(OF_USER)


def written_by(write: str) -> dict[str, str]:
    return {"tables/silver/seen.yml": f"from: bronze.orders\nwrite: {write}\n"}


@pytest.mark.usefixtures("registered")
def test_a_registered_strategy_is_known(problems: Problems) -> None:
    assert problems(written_by("{strategy: append_unseen}")) == []
    strategy = schemas()["table.schema.json"]["$defs"]["Write"]["properties"]["strategy"]
    assert strategy["enum"][-1] == "append_unseen"


@pytest.mark.usefixtures("registered")
def test_its_settings_are_checked_as_it_declares(problems: Problems) -> None:
    (problem,) = problems(written_by("{strategy: append_unseen, keys: [id]}"))
    assert problem.code == "LS150"
    assert problem.what == "strategy 'append_unseen' takes no 'keys'"
    assert problem.hint == "whole rows are compared; take it out"


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"(?s)LS174 two write strategies are named 'upsert'.*rename"):
        register(replace(OF_USER, name="upsert"))
    assert registry.declaration_of("upsert").name == "upsert"
    assert registry.declaration_of("upsert").takes != OF_USER.takes


def test_a_package_that_raises_anything_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("mine", "no_such_package:STRATEGY", registry.GROUP)
    monkeypatch.setattr(installed, "entry_points", lambda group: EntryPoints([point]))
    with pytest.raises(ConfigError, match="LS174 the write strategy 'no_such_package:STRATEGY' cannot be loaded"):
        registry.strategy_names()


def test_an_unknown_strategy_is_reported_with_those_there_are(problems: Problems) -> None:
    (problem,) = problems(written_by("{strategy: append_unseen}"))
    assert problem.code == "LS112"
    assert problem.what.startswith("'append_unseen' is not one of 'append', 'upsert', 'scd2'")
    assert problem.what.endswith("'replace_all' or 'aggregate'")
    assert "append" in problem.hint


def test_a_strategy_is_a_name(problems: Problems) -> None:
    (problem,) = problems(written_by("{strategy: [append]}"))
    assert problem.code == "LS112"
    assert problem.what.startswith("a list is not one of 'append'")


@pytest.mark.parametrize(
    ("write", "emits"),
    [
        (Write(strategy="append"), "appends"),
        (Write(strategy="upsert", keys=("id",), sequence_by=("at",)), "updates"),
        (Write(strategy="upsert", keys=("id",), when_matched="ignore"), "appends"),
        (Write(strategy="upsert", keys=("id",), when_matched="ignore", sequence_by=("at",)), "updates"),
        (Write(strategy="snapshot", keys=("id",), sequence_by=("day",)), "updates"),
        (Write(strategy="cdc", keys=("id",), sequence_by=("at",)), "updates"),
        (Write(strategy="cdc", keys=("id",), sequence_by=("at",), stored_as_scd_type=2), "rewrites"),
        (Write(strategy="scd2", keys=("id",), sequence_by=("at",)), "rewrites"),
        (Write(strategy="replace_partitions", partition_by=("day",)), "rewrites"),
        (Write(strategy="replace_all"), "rewrites"),
        (Write(strategy="aggregate", keys=("day",)), "rewrites"),
    ],
)
def test_what_readers_downstream_meet(write: Write, emits: str) -> None:
    assert write.emits == emits


def test_what_is_recomputed_together() -> None:
    assert Write(strategy="aggregate", keys=("day",)).recomputed_by == ("day",)
    assert Write(strategy="replace_partitions", partition_by=("day",)).recomputed_by == ("day",)
    assert Write(strategy="replace_all", partition_by=("day",)).recomputed_by == ()
    assert not Write(strategy="upsert", keys=("id",)).recomputes


def test_cdc_that_keeps_versions_is_declared_as_such() -> None:
    write = Write(strategy="cdc", keys=("id",), sequence_by=("at",), stored_as_scd_type=2)
    assert write.keeps_history and not write.keeps_newest
    assert write.declared.rereads_input and write.declared.adds == ("valid_from", "valid_to", "is_current")

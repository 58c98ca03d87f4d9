from __future__ import annotations

import pytest

from lakesmith.errors import ConfigError
from lakesmith.spec.graph import descendants, find_cycles, upstreams, waves
from lakesmith.spec.model import Project


def project(**reads: list[str]) -> Project:
    silver = {
        name: {"from": first, "inputs": {f"i{n}": other for n, other in enumerate(others)}}
        for name, (first, *others) in reads.items()
    }
    return Project.model_validate({"name": "p", "tables": {"bronze": {"raw": {"from": "sources.s"}}, "silver": silver}})


DIAMOND = project(
    d=["silver.b", "silver.c"], b=["silver.a"], c=["silver.a"], a=["bronze.raw"], e=["bronze.raw", "silver.d"]
)


def test_a_table_stands_after_all_that_it_reads() -> None:
    assert waves(DIAMOND) == (
        ("bronze.raw",),
        ("silver.a",),
        ("silver.b", "silver.c"),
        ("silver.d",),
        ("silver.e",),
    )


def test_a_selection_keeps_the_order() -> None:
    assert waves(DIAMOND, ["silver.d", "silver.a"]) == (("silver.a",), ("silver.d",))


def test_unknown_tables_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError) as caught:
        waves(DIAMOND, ["silver.a", "bronze.rav", "x"])
    first, second = caught.value.problems
    assert (first.code, first.hint) == ("LS125", "did you mean 'bronze.raw'?")
    assert (second.code, second.what) == ("LS125", "no table 'x'")


def test_no_table_no_wave() -> None:
    assert waves(Project(name="p")) == ()


def test_upstreams_are_named_once() -> None:
    table = project(a=["bronze.raw", "silver.b", "bronze.raw"]).table("silver.a")
    assert upstreams(table) == ("bronze.raw", "silver.b")


def test_descendants_are_all_that_read_from_it() -> None:
    assert descendants(DIAMOND, "silver.b") == ("silver.d", "silver.e")
    assert descendants(DIAMOND, "sources.s") == (
        "bronze.raw",
        "silver.a",
        "silver.b",
        "silver.c",
        "silver.d",
        "silver.e",
    )
    assert descendants(DIAMOND, "silver.e") == ()


def test_cycles_are_found_and_sound_graphs_have_none() -> None:
    assert find_cycles(DIAMOND) == ()
    (cycle,) = find_cycles(project(a=["silver.b"], b=["silver.a"]))
    assert cycle[0] == cycle[-1] and set(cycle) == {"silver.a", "silver.b"}

"""A plan says of each table what a run would stop at, and goes on to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import InputError, LakesmithError, SparkGone
from lakesmith.observe.results import PlannedTable
from lakesmith.runs.plan_report import plan
from lakesmith.sources.files.source import Files
from tests.shop import SPECS, Shop

RETURNS = {
    "sources/returns": SPECS["sources/orders"].replace("path: IN", "path: IN/returns"),
    "tables/bronze/returns": "from: sources.returns\n",
    "tables/silver/returned": SPECS["tables/silver/orders"].replace("bronze.orders", "bronze.returns"),
    "tables/gold/returned_daily": SPECS["tables/gold/daily"].replace("silver.orders", "silver.returned"),
}
BAD = {"bronze.returns", "silver.returned", "gold.returned_daily"}


@pytest.fixture
def shop(tmp_path: Path, spark: SparkSession) -> Shop:
    """A shop with a second feed whose directory is missing."""
    shop = Shop(tmp_path / "shop", spark, RETURNS)
    shop.land("a.csv", ["1,A,1,2.50,2026-01-01,1,I"])
    return shop


def planned(shop: Shop) -> dict[str, PlannedTable]:
    return {table.table: table for table in plan(shop.spark, shop.lake.project).tables}


def look_instead(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    found = Files.next_slice

    def look(source: Files, *rest: Any) -> Any:
        if source.settings.path.endswith("returns"):
            raise error
        return found(source, *rest)

    monkeypatch.setattr(Files, "next_slice", look)


def test_a_missing_directory_is_said_of_its_table_and_the_others_are_planned(shop: Shop) -> None:
    tables = planned(shop)
    assert set(tables) == {"bronze.orders", "silver.orders", "silver.lines", "gold.daily"} | BAD
    assert tables["bronze.orders"].new.startswith("1 file(s)")
    assert tables["gold.daily"].new == "what silver.orders will write"
    assert tables["bronze.returns"].new == "cannot be planned, see its note"
    (note,) = tables["bronze.returns"].notes
    assert note.startswith("LS201 no such directory")
    assert note.endswith("(sources.returns.path)")


def test_what_is_downstream_of_an_error_waits_for_nothing(shop: Shop) -> None:
    tables = planned(shop)
    assert tables["silver.returned"].new == "nothing, since bronze.returns cannot be planned"
    assert tables["gold.returned_daily"].new == "nothing, since silver.returned cannot be planned"
    assert tables["silver.returned"].reads == ""


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (InputError("'/in' cannot be listed: Permission denied", code="LS214", where="in"), "LS214 '/in' cannot be"),
        (OSError(5, "Input/output error"), "Input/output error"),
    ],
)
def test_any_error_of_a_source_is_said_of_its_table(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception, text: str
) -> None:
    look_instead(monkeypatch, error)
    tables = planned(shop)
    assert text in tables["bronze.returns"].notes[0]
    assert tables["bronze.orders"].new.startswith("1 file(s)")


@pytest.mark.parametrize(
    ("error", "raised"), [(ConnectionRefusedError(111, "refused"), SparkGone), (ValueError("a bug"), ValueError)]
)
def test_a_dead_spark_and_an_error_of_the_program_end_the_plan(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception, raised: type[Exception]
) -> None:
    look_instead(monkeypatch, error)
    with pytest.raises(raised):
        planned(shop)


def test_an_error_is_reported_in_one_line(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    look_instead(monkeypatch, LakesmithError("what", where="place", hint="do"))
    assert planned(shop)["bronze.returns"].notes == ("LS000 what (place)",)

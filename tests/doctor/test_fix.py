from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lakesmith.cli.app import app
from lakesmith.errors import RunLocked
from lakesmith.lake import open_lake
from lakesmith.runs.lock import run_lock
from tests.doctor.damage import found, log_of, newest
from tests.shop import Shop


def files(shop: Shop) -> list[Path]:
    return sorted(path for path in (shop.root / "lake").rglob("*") if path.name != ".lakesmith.lock")


def test_looking_changes_nothing(shop: Shop) -> None:
    os.truncate(newest(shop, "ops.published"), 0)
    before = files(shop)
    assert not shop.lake.doctor().is_sound
    assert files(shop) == before


def test_a_warehouse_that_a_run_holds_is_not_fixed(shop: Shop) -> None:
    os.truncate(newest(shop, "ops.published"), 0)
    with run_lock(shop.spark, str(shop.root / "lake"), 0), pytest.raises(RunLocked):
        shop.lake.doctor(fix=True)


def test_nothing_is_deleted(shop: Shop) -> None:
    torn = newest(shop, "bronze.orders")
    os.truncate(torn, 10)
    before = {file.name for file in files(shop) if file.is_file()}
    place = Path(shop.lake.doctor(fix=True).set_aside)
    assert {file.name for file in files(shop) if file.is_file()} == before
    assert (place / "bronze" / "orders" / "_delta_log" / torn.name).stat().st_size == 10


def test_tables_of_a_catalog_are_named_as_not_checked(shop: Shop, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    report = open_lake(shop.root / "conf", overrides={"catalog": "main", "warehouse": str(nowhere)}).doctor(fix=True)
    assert report.is_sound and [finding.code for finding in report.findings] == ["LS637"]
    assert not nowhere.exists()


def test_an_empty_warehouse_is_sound(shop: Shop, tmp_path: Path) -> None:
    report = open_lake(shop.root / "conf", overrides={"warehouse": str(tmp_path / "none")}).doctor()
    assert (report.findings, report.tables) == ((), 0)
    assert not (tmp_path / "none").exists()


def invoke(shop: Shop, *options: str) -> tuple[int, str]:
    where = ["--conf", str(shop.root / "conf"), "--set", f"warehouse={shop.root / 'lake'}"]
    done = CliRunner().invoke(app, ["doctor", *where, *options])
    return done.exit_code, done.stdout


def test_the_command_reports_what_it_would_do_and_exits_1_on_an_error(shop: Shop) -> None:
    assert invoke(shop) == (0, "the warehouse is sound: 10 table(s) looked at, nothing found\n")
    torn = newest(shop, "ops.published")
    os.truncate(torn, 0)
    code, output = invoke(shop)
    assert code == 1
    assert f"error LS620 ops.published: commit 2 is torn: the file is empty\n  where: {torn}\n" in output
    assert "  next:  --fix would move it away" in output
    assert output.splitlines()[-1].startswith("the warehouse is damaged: 10 table(s) looked at, 1 error(s)")
    code, output = invoke(shop, "--fix")
    assert code == 0
    assert output.startswith("fixed error LS620 ops.published") and "fixed error LS638 ops.published" in output


def test_the_command_answers_in_json(shop: Shop) -> None:
    (log_of(shop, "silver.lines") / f"{0:020d}.json").unlink()
    code, output = invoke(shop, "--format", "json")
    report = json.loads(output)
    assert (code, report["sound"], report["counts"]["error"], report["fixed"]) == (1, False, 1, [])
    assert {one["code"]: one["fixable"] for one in report["findings"]} == {"LS621": False, "LS637": False}
    assert found(shop.lake.doctor())[0] == ("error", "LS621", "silver.lines")

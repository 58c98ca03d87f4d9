from __future__ import annotations

import runpy
import signal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.py"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_a_databricks_notebook(notebook: Path) -> None:
    lines = notebook.read_text().splitlines()
    assert lines[0] == "# Databricks notebook source"
    assert lines.count("# COMMAND ----------") >= 2


def test_the_quickstart_runs(
    spark: SparkSession, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root / "notebooks")
    seen = runpy.run_path("01_quickstart.py")
    assert (seen["first"].state, seen["second"].state) == ("done", "nothing_new")
    output = capsys.readouterr().out
    assert "price_not_negative" in output and "United Kingdom" in output


def test_trust_runs(
    spark: SparkSession, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root / "notebooks")
    seen = runpy.run_path("02_trust.py")
    assert seen["killed"] == -signal.SIGKILL
    assert (seen["replayed"].state, seen["again"].state) == ("done", "nothing_new")
    assert set(seen["equal"].values()) == {True}
    assert seen["before"] == seen["returned"] < seen["after"]
    assert seen["fixed"].state == "done"
    assert "RESTORE" in capsys.readouterr().out


def test_upserts_run(
    spark: SparkSession, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root / "notebooks")
    seen = runpy.run_path("03_upserts.py")
    assert [(sku, str(price)) for sku, price in seen["newest"]] == [("mug", "5.00")]
    assert seen["prices"] == [
        ("mug", "4.00", "2026-01-01", "2026-01-03"),
        ("mug", "4.50", "2026-01-03", "2026-01-05"),
        ("mug", "5.00", "2026-01-05", "None"),
        ("pen", "1.00", "2026-01-01", "2026-01-06"),
    ]
    assert set(seen["equal"].values()) == {True}
    assert "open versions of its keys" in capsys.readouterr().out


def test_quality_runs(
    spark: SparkSession, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root / "notebooks")
    seen = runpy.run_path("04_quality.py")
    assert seen["run"].state == "done"
    assert {(one["check"], one["rows"]) for one in seen["reasons"]} == {
        ("status_known", 1), ("price_range", 1), ("price_cast", 1), ("price_given", 1)
    }  # fmt: skip
    assert [(one.check, one.status) for one in seen["results"]] == [("dear", "warn"), ("mean_price", "pass")]
    assert [(one.check, one.status, one.origin) for one in seen["audited"]] == [
        ("price_given", "pass", "log"),
        ("enough", "fail", "log"),
        ("least_price", "pass", "log"),
        ("one_each", "pass", "scan"),
    ]
    output = capsys.readouterr().out
    assert "400 of 400 rows were seen" in output and "id_unique shuffle" in output


def test_joins_run(
    spark: SparkSession, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root / "notebooks")
    monkeypatch.setenv("MPLBACKEND", "agg")
    seen = runpy.run_path("06_joins.py")
    assert max(seen["before"]) * 8 / sum(seen["before"]) > 3
    assert max(seen["after"]) * 8 / sum(seen["after"]) <= 1.3
    assert sum(seen["before"]) == sum(seen["after"])
    assert [str(row["price"]) for row in seen["known"].orderBy("sku", "at").collect()] == ["None", "4.00", "None"]
    assert [row["name"] for row in seen["named"].orderBy("sku", "at").collect()] == ["Mug", "Blue mug", None]
    assert [row["promotion"] for row in seen["promoted"].orderBy("sku", "at").collect()] == [
        "new year", "new year", "week two"
    ]  # fmt: skip
    assert seen["allowed"].count() == seen["orders"].join(seen["blocked"], "customer", "anti").count()
    assert "join_skewed: salted" in capsys.readouterr().out

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lakesmith.cli.job_args import arguments, lake_of
from lakesmith.scaffold import init_project


def test_a_scheduler_names_parameters_with_underscores() -> None:
    asked = arguments("", ["--catalog=main", "--schema_prefix=dev_ann_", "--run_date=2011-02-02"])
    assert (asked.sets, asked.run_date) == (["catalog=main", "schema_prefix=dev_ann_"], "2011-02-02")


def test_parameters_that_nobody_set_are_as_if_not_given() -> None:
    asked = arguments("", ["--catalog=", "--schema_prefix=", "--run_date="])
    assert (asked.sets, asked.run_date) == ([], None)


def test_a_parameter_given_twice_counts_once_the_last_one_wins() -> None:
    assert arguments("", ["--catalog=one", "--catalog=two"]).sets == ["catalog=two"]


def test_a_parameter_that_no_job_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        arguments("", ["--cat=main"])
    assert "--cat" in capsys.readouterr().err


def test_steps_beside_the_specs_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    init_project(tmp_path)
    (tmp_path / "steps_of_this_test.py").write_text("def same(df):\n    return df\n")
    spec = tmp_path / "conf" / "tables" / "gold" / "daily_orders.yml"
    spec.write_text(spec.read_text().replace("steps:\n", "steps:\n  - steps_of_this_test:same\n"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    lake = lake_of(arguments("", ["--conf", str(tmp_path / "conf")]))
    assert lake.validate() == ()

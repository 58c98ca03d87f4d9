"""A step of another package, registered by its entry point, runs from YAML."""

from __future__ import annotations

import pytest
import yaml
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.spec.step_effects import changed_columns
from lakesmith.spec.steps import StepRecord, each_itself, installed_steps
from lakesmith.testing import frame
from lakesmith.transforms.steps.bind import run_steps
from lakesmith.transforms.steps.problems import step_problems

STEPS = yaml.safe_load("[trim: [email], mask: {columns: [email], by: '*'}]")
MASK = StepRecord(f"{__name__}:mask", derives=each_itself("columns"))


def mask(*, columns: list[str], by: str):
    return lambda df: df.withColumns({name: F.regexp_replace(name, ".(?=.*@)", by) for name in columns})


@pytest.fixture(autouse=True)
def _package(tmp_path, monkeypatch):
    (tmp_path / "mask-1.0.dist-info").mkdir()
    points = tmp_path / "mask-1.0.dist-info" / "entry_points.txt"
    points.write_text(f"[lakesmith.steps]\nmask = {__name__}:MASK\n")
    monkeypatch.syspath_prepend(tmp_path)
    installed_steps.cache_clear()
    yield
    installed_steps.cache_clear()


def test_it_runs_and_is_analysed_as_steps_of_the_library_are(spark: SparkSession) -> None:
    emails = frame(spark, "email string", [(" ann@x.org ",)])
    assert emails.transform(run_steps(STEPS, {})).first() == ("***@x.org",)
    assert changed_columns(STEPS[1]) == {"email"}
    assert step_problems({"mask": {"columns": ["email"]}}) == ["step 'mask': option 'by' is missing"]

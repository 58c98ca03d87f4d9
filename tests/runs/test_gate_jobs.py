"""Gate and profile ride on the write: they cost no Spark job on clean data."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch import run as batch_run
from lakesmith.batch.context import BatchContext
from lakesmith.batch.run import run_batch
from lakesmith.ledger.intent import Intent
from lakesmith.session.batch import batch_session
from lakesmith.sources.version_slices import versions_slice
from lakesmith.spec.fingerprint import spec_hash
from tests.shop import SPECS, Shop

GOOD = ["1,A,1,2.50,2026-01-01,1,I", "2,B,1,2.50,2026-01-01,1,I"]
BAD = [*GOOD, "3,C,-1,2.50,2026-01-01,1,I"]
CHECKED = SPECS["tables/silver/orders"]
HEAD, _, TAIL = CHECKED.partition("checks:")
BARE = f"{HEAD}profile: {{level: 'off'}}\nwrite:{TAIL.partition('write:')[2]}"
FULL = CHECKED.replace("write:", "profile: {level: full, columns: [qty, sku]}\nwrite:")
MANY = [
    *(f"{{id: a{i}, check: between, column: qty, max: {1000 + i}}}" for i in range(20)),
    *(f"{{id: b{i}, check: not_in_set, column: sku, values: [x{i}], threshold: {{fail: 1 %}}}}" for i in range(10)),
    *(
        f"{{id: c{i}, check: null_share, column: {name}, max: 0.5}}"
        for i, name in enumerate(("qty", "sku", "day", "seq"))
    ),
    *(
        f"{{id: d{i}, check: {name}, column: qty, max: 99}}"
        for i, name in enumerate(("sum", "mean", "stddev", "median"))
    ),
    *(f"{{id: e{i}, check: maximum, column: qty, max: {50 + i}, where: 'seq > {i}'}}" for i in range(8)),
    "{id: f, check: distinct_count, column: sku, max: 99}",
    "{id: g, check: outlier_share, column: qty, max: 0.9}",
]
WATCHED = CHECKED.replace("checks:\n", "checks:\n" + "".join(f"  - {check}\n" for check in MANY))
NOW = "2026-01-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def landed(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose bronze table holds clean rows at version 0, and one bad row more at version 1."""
    shop = Shop(tmp_path_factory.mktemp("jobs") / "shop", spark)
    for name, rows in (("a.csv", GOOD), ("b.csv", BAD)):
        shop.land(name, rows)
        shop.run(select=["bronze.orders"])
    return shop


def jobs(shop: Shop, spec: str, version: int, env: str) -> int:
    """Return how many Spark jobs the first batch of silver.orders runs; `env` gives it a warehouse of its own."""
    shop.spec("tables/silver/orders", spec)
    project = shop.lake.project
    target = project.model_copy(update={"env": env})
    intent = Intent(
        table="silver.orders", epoch=1, batch=1, run_time=NOW, spec_hash=spec_hash(project.table("silver.orders")),
        input=versions_slice("bronze.orders", None, version), first=True,
    )  # fmt: skip
    scheduler = shop.spark._jsc.sc().dagScheduler()  # type: ignore[union-attr]
    before = int(str(scheduler.nextJobId()))
    record = run_batch(Elsewhere(batch_session(shop.spark), target, "run", intent))
    assert not record.recomputed
    return int(str(scheduler.nextJobId())) - before


class Elsewhere(BatchContext):
    """A batch that writes beside the project's table, under its environment's name, so that each is a first one."""

    def ref(self, name: str):  # type: ignore[no-untyped-def]
        table = super().ref(name)
        if name != self.name:
            return table
        return type(table)(name, str(Path(table.location).with_name(f"orders-{self.project.env}")))


@pytest.mark.classic("jobs are counted in the JVM")
def test_gate_and_profile_cost_no_job_on_clean_data(landed: Shop) -> None:
    bare = jobs(landed, BARE, 0, "bare")
    assert jobs(landed, CHECKED, 0, "checked") == bare
    assert jobs(landed, FULL, 0, "full") == bare


@pytest.mark.classic("jobs are counted in the JVM")
def test_fifty_free_checks_cost_no_job(landed: Shop) -> None:
    assert len(MANY) == 48
    assert jobs(landed, WATCHED, 0, "watched") == jobs(landed, BARE, 0, "unwatched")


@pytest.mark.classic("jobs are counted in the JVM")
def test_bad_rows_cost_only_the_jobs_of_the_quarantine(landed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[int] = []
    scheduler = landed.spark._jsc.sc().dagScheduler()  # type: ignore[union-attr]
    write_quarantine = batch_run.write_quarantine

    def counted(*arguments: object) -> int:
        before = int(str(scheduler.nextJobId()))
        version = write_quarantine(*arguments)  # type: ignore[arg-type]
        spent.append(int(str(scheduler.nextJobId())) - before)
        return version

    monkeypatch.setattr(batch_run, "write_quarantine", counted)
    jobs(landed, BARE, 1, "warm-1")
    bare = jobs(landed, BARE, 1, "bare-1")
    assert spent == []
    assert jobs(landed, CHECKED, 1, "checked-1") == bare + sum(spent)
    assert len(spent) == 1

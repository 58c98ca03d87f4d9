"""A batch of few rows on tables of moderate size is not compiled."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from lakesmith.batch import small_batch
from lakesmith.batch.small_batch import is_small
from lakesmith.ledger.intent import Intent
from lakesmith.session import batch
from lakesmith.session.batch import batch_session, ending
from lakesmith.sources.files.position import files_slice
from lakesmith.sources.version_slices import versions_slice
from lakesmith.spec.example import example_project
from lakesmith.spec.model import FilesSource, Project
from tests.shop import Shop

TIME = "2026-01-01T00:00:00+00:00"
LINES = ["1,A,2,1.00,2026-01-01,1,I", "2,B,1,1.00,2026-01-01,1,I"]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return example_project().model_copy(update={"warehouse": str(tmp_path)})


def reads(*sizes: int) -> Intent:
    piece = files_slice("s", [(f"in/{number}.csv", size, 1700) for number, size in enumerate(sizes)])
    return Intent("bronze.a", 1, 1, TIME, "hash", piece)


@pytest.mark.parametrize(("sizes", "small"), [((1000, 2000), True), ((40_000, 20_000), False)])
def test_files_have_at_most_a_row_for_each_line_end(project: Project, sizes: tuple[int, ...], small: bool) -> None:
    assert is_small(project, reads(*sizes)) is small


def test_a_packed_file_may_have_any_number_of_rows(project: Project) -> None:
    piece = files_slice("s", [("in/a.csv.gz", 10, 1700)])
    assert not is_small(project, Intent("bronze.a", 1, 1, TIME, "hash", piece))


def test_a_batch_planned_on_another_source_is_not_small(project: Project) -> None:
    versions = versions_slice("silver.x", 1, 2)
    assert not is_small(project, Intent("bronze.a", 1, 1, TIME, "hash", versions))


def test_parquet_files_tell_their_rows_or_are_left_to_the_batch(project: Project, tmp_path: Path) -> None:
    spec = FilesSource(format="parquet", path=str(tmp_path), columns=("id",))
    of_parquet = project.model_copy(update={"sources": {"s": spec}})
    file = tmp_path / "a.parquet"
    planned = Intent("bronze.a", 1, 1, TIME, "hash", files_slice("s", [(str(file), 10, 1700)]))
    assert not is_small(of_parquet, planned)
    file.write_bytes(b"no parquet")
    assert not is_small(of_parquet, planned)
    pq.write_table(pa.table({"id": [1]}), file)
    assert is_small(of_parquet, planned)


def test_a_table_in_a_catalog_is_not_small(project: Project) -> None:
    in_catalog = project.model_copy(update={"warehouse": None, "catalog": "main"})
    assert not is_small(in_catalog, reads(10))
    versions = versions_slice("bronze.a", 1, 2)
    assert not is_small(in_catalog, Intent("silver.b", 1, 1, TIME, "hash", versions))


def test_a_table_of_many_rows_is_not_small(
    tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = Shop(tmp_path / "shop", spark)
    built.land("a.csv", LINES)
    built.run(select=["bronze.orders", "silver.orders"])
    project = built.lake.project
    planned = Intent("silver.orders", 1, 2, TIME, "hash", versions_slice("bronze.orders", None, 0))
    assert is_small(project, planned)
    monkeypatch.setattr(small_batch, "MAX_TABLE_ROWS", 1)
    assert not is_small(project, planned)
    monkeypatch.undo()
    monkeypatch.setattr(small_batch, "MAX_ROWS_READ", 1)
    assert not is_small(project, planned)


def test_only_a_small_batch_has_its_settings(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = "spark.sql.shuffle.partitions"
    monkeypatch.setattr(batch, "SMALL_BATCH", {setting: "7"})
    for is_small_one in (False, True):
        with ending(batch_session(spark, is_small_one)) as session:
            assert (session.conf.get(setting) == "7") is is_small_one

"""Rows that the footers of Parquet files have and a batch did not read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import GateRefused
from lakesmith.sources.files.formats import parquet as files
from tests.shop import Shop, by_table

TABLES = ["bronze.days"]


@pytest.fixture
def days(tmp_path: Path, spark: SparkSession) -> Shop:
    """A bronze table of Parquet files."""
    source = "format: parquet\npath: IN\ncolumns: [id, day]\n"
    shop = Shop(tmp_path / "shop", spark, {"sources/days": source, "tables/bronze/days": "from: sources.days\n"})
    pq.write_table(pa.table({"id": [1, 2], "day": ["a", "b"]}), shop.landing / "a.parquet")
    return shop


def test_a_batch_that_misses_rows_is_refused_and_its_files_are_read_again(
    days: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: Callable[[Iterable[str]], int | None] = files.footer_rows
    with monkeypatch.context() as patch:
        patch.setattr(files, "footer_rows", lambda paths: (rows(paths) or 0) + 3)
        with pytest.raises(GateRefused, match="2 rows were read, the files have 5"):
            days.run(select=TABLES)
    again = by_table(days.run(select=TABLES))["bronze.days"]
    assert (again.state, again.counts.read) == ("done", 2)
    assert days.rows("bronze.days") == [("1", "a"), ("2", "b")]

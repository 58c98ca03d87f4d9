from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.session.batch import batch_session
from lakesmith.tables.commit import CommitId, write, writer
from lakesmith.tables.ref import TableRef

LIB = Path(__file__).resolve().parents[2] / "lib"
SYNCED = re.compile(r"f(?:data)?sync\(\d+<(.+)>\)")


@pytest.fixture
def synced(tmp_path: Path) -> Callable[[str], list[Path]]:
    """Run a few lines of Python in a process of their own; returns what it forced to the disk, in order."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: what is forced to the disk cannot be watched")

    def run(script: str) -> list[Path]:
        trace = tmp_path / "strace.txt"
        watch = ["strace", "-f", "-y", "-s", "4096", "-e", "trace=fsync,fdatasync", "-o", str(trace)]
        env = {"PYTHONPATH": str(LIB), "PATH": "/usr/bin:/bin"}
        subprocess.run([*watch, sys.executable, "-c", script], env=env, check=True)
        return [Path(path) for path in SYNCED.findall(trace.read_text())]

    return run


@pytest.fixture
def batch(spark: SparkSession, tmp_path: Path) -> TableRef:
    """A partitioned table with deletion vectors and a change feed; batch 2 updated one row of two files."""
    table = TableRef("silver.a", str(tmp_path / "lake" / "silver" / "a"))
    properties = {"delta.enableDeletionVectors": "true", "delta.enableChangeDataFeed": "true"}
    first, second = CommitId("lakesmith/local/silver.a/1/main", 1, "d1"), CommitId("lakesmith/a", 2, "d2")
    session = batch_session(spark)  # its write ids are not those of the session that all tests share
    rows = session.range(20).selectExpr("id", "id % 2 AS part", "0 AS n").coalesce(1)
    write(session, table, first, lambda: table.save(writer(rows, first).options(**properties).partitionBy("part")))
    write(session, table, second, lambda: session.sql(f"UPDATE {table.sql_name} SET n = 1 WHERE id = 4"))
    return table


FIND = """
from lakesmith.tables.commit import CommitId, find
from lakesmith.tables.ref import TableRef
assert find(None, TableRef("silver.a", {location!r}, durable={durable}), CommitId("lakesmith/a", 2, "d2"))
"""


def test_a_commit_that_is_found_is_on_the_disk(batch: TableRef, synced: Callable[[str], list[Path]]) -> None:
    root = Path(batch.location)
    found = synced(FIND.format(location=batch.location, durable=True))
    names = {path.name for path in found}
    kinds = {name.split("-")[0].split("_")[0] for name in names if name.endswith((".parquet", ".bin"))}
    assert kinds == {"part", "cdc", "deletion"}
    assert {f"{1:020d}.json", f".{1:020d}.json.crc"} <= names
    commit = found.index(root / "_delta_log" / f"{1:020d}.json")
    assert all(found.index(path) < commit for path in found if path.suffix in (".parquet", ".bin"))
    directories = [path for path in found if path.is_dir()]
    assert {root, root / "_delta_log", root / "part=0", root / "_change_data"} <= set(directories)
    assert found[-len(directories) :] == directories


def test_nothing_is_forced_where_durable_is_off(batch: TableRef, synced: Callable[[str], list[Path]]) -> None:
    assert synced(FIND.format(location=batch.location, durable=False)) == []


OPS = """
from lakesmith.tables.ops_table import OpsTable
from lakesmith.tables.ref import TableRef
table = OpsTable(TableRef("ops.a", {location!r}, durable=True), "id BIGINT")
for number in range({commits}):
    table.append(None, [{{"id": number}}])
"""


def test_ops_tables_are_forced_with_the_directories_above_their_first_commit(
    tmp_path: Path, synced: Callable[[str], list[Path]]
) -> None:
    root = tmp_path / "lake" / "ops" / "a"
    found = synced(OPS.format(location=str(root), commits=2))
    commits = [path.name for path in found if path.suffix == ".json"]
    assert commits == [f"{0:020d}.json", f"{1:020d}.json"]
    assert len([path for path in found if path.suffix == ".parquet"]) == 2
    assert [found.count(path) for path in (root / "_delta_log", root, root.parent, tmp_path / "lake", tmp_path)] == [
        2, 2, 1, 1, 1,
    ]  # fmt: skip


def test_the_compaction_of_an_ops_table_is_forced_too(tmp_path: Path, synced: Callable[[str], list[Path]]) -> None:
    root = tmp_path / "lake" / "ops" / "a"
    found = synced(OPS.format(location=str(root), commits=51))
    assert max(path.name for path in found if path.suffix == ".json") == f"{51:020d}.json"
    assert {path.resolve() for path in root.rglob("*.parquet")} <= set(found)

"""Who upserts: a MERGE as people write it, Delta's replaceOn, Lakesmith, delta-rs, and DuckDB on a table of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.session.batch import batch_session
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId, write, writer
from lakesmith.tables.pruning.key_bounds import find_touched
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.plan_upsert import plan_upsert
from lakesmith.tables.upsert.replace_keys import replace_keys
from lakesmith.tables.writes import upsert
from tests.benchmarks.eventlog import SETTINGS
from tests.benchmarks.upserts.ground import local_session

COLUMNS = "id bigint, name string, amount double, note string, _seq bigint, _deleted boolean"
Upsert = Callable[[Path, Path], None]
SPEC = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"], "key_implies": ["id"]}


@dataclass(frozen=True)
class Candidate:
    """One way to upsert: its name, the table it starts from, and a context that gives the function."""

    about: str
    table: str
    ready: Callable[[Path], Any]


@contextmanager
def _spark(events: Path) -> Iterator[SparkSession]:
    events.mkdir()
    spark = local_session(SETTINGS | {"spark.eventLog.dir": events.as_uri()})
    yield spark
    spark.stop()


def naive_merge(spark: SparkSession, table: Path, changes: Path) -> None:
    """Merge as people write it."""
    name, rows = f"delta.`{table}`", read_changes(spark, changes).alias("s")
    newer = F.col("s._seq") > F.col(f"{name}._seq")
    into = rows.mergeInto(name, F.col(f"{name}.id") == F.col("s.id"))
    into.whenMatched(newer).updateAll().whenNotMatched().insertAll().merge()


def planned_upsert(spark: SparkSession, table: Path, changes: Path) -> None:
    """Upsert as a run does."""
    spec = Table.model_validate({"from": "bronze.changes", "write": SPEC})
    session, ref = batch_session(spark), TableRef("silver.bench", str(table), durable=True)
    rows = read_changes(session, changes)
    plan = plan_upsert(rows, ref, spec)
    commit = CommitId("bench", 1, "digest", {"counts": plan.counts, "plan": plan.to_metadata()})
    if plan.method == "merge":
        write(session, ref, commit, lambda: upsert(rows, ref, spec, plan.touched.predicate(ref.sql_name)))
    else:
        write(session, ref, commit, lambda: replace_keys(rows, ref, commit, plan))


def replace_on(spark: SparkSession, table: Path, changes: Path) -> None:
    """Replace by the rows that are new or newer, which `replaceOn` cannot tell itself.

    Bounded as Lakesmith's MERGE; counted before the commit, whose record says what it did, from rows that are kept.
    """
    session, ref = batch_session(spark), TableRef("silver.bench", str(table), durable=True)
    rows = read_changes(session, changes)
    touched = find_touched(rows, ["id"])
    old = ref.load(session).filter(touched.predicate()).select("id", F.col("_seq").alias("_old"))
    newer = F.col("_old").isNull() | (F.col("_seq") > F.col("_old"))
    wins = rows.join(old, "id", "left").filter(newer).cache()
    counts = wins.agg(F.count("_old").alias("updated"), F.count_if(F.isnull("_old")).alias("inserted")).first()
    commit = CommitId("bench", 1, "digest", {"counts": counts.asDict() if counts else {}})
    into = writer(wins.select(*rows.columns).alias("s"), commit, "overwrite").option("targetAlias", "t")
    into = into.option("replaceOn", f"t.id = s.id AND {touched.sql('t')}")
    write(session, ref, commit, lambda: ref.save(into))
    wins.unpersist()


def read_changes(spark: SparkSession, changes: Path) -> DataFrame:
    """Read the batch as a run does, which knows its types."""
    return spark.read.schema(COLUMNS).parquet(str(changes))


@contextmanager
def _naive(events: Path) -> Iterator[Upsert]:
    with _spark(events) as spark:
        yield partial(naive_merge, spark)


@contextmanager
def _replace_on(events: Path) -> Iterator[Upsert]:
    with _spark(events) as spark:
        yield partial(replace_on, spark)


@contextmanager
def _lakesmith(events: Path) -> Iterator[Upsert]:
    with _spark(events) as spark:
        yield partial(planned_upsert, spark)


@contextmanager
def _delta_rs(events: Path) -> Iterator[Upsert]:
    import pyarrow.parquet as pq
    from deltalake import DeltaTable

    def merge(table: Path, changes: Path) -> None:
        into = DeltaTable(table).merge(pq.read_table(changes), "t.id = s.id", source_alias="s", target_alias="t")
        into.when_matched_update_all("s._seq > t._seq").when_not_matched_insert_all().execute()

    yield merge


@contextmanager
def _duckdb(events: Path) -> Iterator[Upsert]:
    import duckdb

    def merge(table: Path, changes: Path) -> None:
        with duckdb.connect(str(table / "table.duckdb")) as own:
            own.execute(
                f"MERGE INTO t USING read_parquet('{changes}/*.parquet') AS s ON t.id = s.id"
                " WHEN MATCHED AND s._seq > t._seq THEN UPDATE WHEN NOT MATCHED THEN INSERT"
            )

    yield merge


NAIVE, OURS = "naive", "lakesmith"
CANDIDATES = {
    NAIVE: Candidate("MERGE ON t.id = s.id, deletion vectors", "base", _naive),
    "rewriting": Candidate("MERGE ON t.id = s.id, files rewritten", "plain", _naive),
    "replace_on": Candidate("replaceOn with the rows that win, deletion vectors", "base", _replace_on),
    OURS: Candidate("Lakesmith, deletion vectors", "base", _lakesmith),
    "delta_rs": Candidate("delta-rs, files rewritten", "plain", _delta_rs),
    "duckdb": Candidate("DuckDB, a table of its own", "duck", _duckdb),
}

"""The table, the batches and the ways to write them, for the benchmark of the key filter.

The table has a key that is a hash, so that every file may hold every key: nothing but a filter can tell a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.session.batch import batch_session
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId, write
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.filter_header import usable_filter
from lakesmith.tables.upsert.filter_probe import append_new, mark_known, screen
from lakesmith.tables.upsert.key_filter import refresh
from lakesmith.tables.upsert.plan_upsert import UpsertPlan, plan_upsert
from lakesmith.tables.upsert.replace_keys import replace_keys
from lakesmith.tables.writes import upsert

FILE_ROWS = 50_000
VECTORS = {"delta.enableDeletionVectors": "true", "delta.enableChangeDataFeed": "true"}


@dataclass(frozen=True)
class Case:
    """An upsert: how many rows, how many of a hundred the table has already, and whether known rows are updated."""

    rows: int
    known: int
    when_matched: str = "ignore"
    fpr: float = 0.0001

    @property
    def about(self) -> str:
        """The case in words."""
        kind = "insert only" if self.when_matched == "ignore" else "update"
        return f"{self.rows:,} rows, {self.known} % known, {kind}, fpr {self.fpr:g}"

    def spec(self, table_rows: int, with_filter: bool) -> Table:
        """Return the spec of the table."""
        sequence = {"sequence_by": ["at"]} if self.when_matched == "update" else {}
        kept = {"key_filter": {"fpr": self.fpr, "expected_keys": 2 * table_rows}} if with_filter else {}
        write = {"strategy": "upsert", "keys": ["id"], "when_matched": self.when_matched, **sequence, **kept}
        return Table.model_validate({"from": "bronze.a", "write": write})


def table_rows(spark: SparkSession, rows: int) -> DataFrame:
    """Return the rows of the table, a partition for each file."""
    return filled(spark.range(0, rows, 1, max(rows // FILE_ROWS, 1)), 1)


def batch_rows(spark: SparkSession, table_rows: int, case: Case) -> DataFrame:
    """Return a batch whose known rows are spread over the table."""
    known = case.rows * case.known // 100
    old = spark.range(known).select((F.col("id") * F.lit(max(table_rows // max(known, 1), 1))).alias("id"))
    return filled(old.union(spark.range(table_rows, table_rows + case.rows - known)), 2)


def filled(ids: DataFrame, sequence: int) -> DataFrame:
    """Give numbers the columns of the table."""
    text = F.concat(F.col("id").cast("string"), F.lit(f"/{sequence}"))
    return ids.select(
        F.sha2(F.col("id").cast("string"), 256).alias("id"),
        (F.col("id") % 997 / 10).alias("amount"),
        F.md5(text).alias("note"),
        F.lit(sequence).cast("bigint").alias("_seq"),
    )


def plain(spark: SparkSession, table: Path, batch: Path, spec: Table) -> None:
    """Upsert as without a filter."""
    session, ref = batch_session(spark), TableRef("silver.bench", str(table))
    rows = session.read.parquet(str(batch))
    _planned(session, ref, rows, spec, plan_upsert(rows, ref, spec))


def filtered(spark: SparkSession, table: Path, batch: Path, spec: Table) -> None:
    """Upsert with the filter, which is brought up to date afterwards."""
    session, ref = batch_session(spark), TableRef("silver.bench", str(table))
    rows = session.read.parquet(str(batch))
    screened = screen(rows, ref, spec)
    if screened is None or not screened.appends:
        _planned(session, ref, rows, spec, plan_upsert(rows, ref, spec))
    else:
        commit = CommitId("bench", 1, "digest", {"counts": screened.counts})
        write(session, ref, commit, lambda: append_new(rows, ref, commit, screened))
    refresh(session, ref, spec)


def _planned(session: SparkSession, ref: TableRef, rows: DataFrame, spec: Table, plan: UpsertPlan) -> None:
    commit = CommitId("bench", 1, "digest")
    if plan.method == "merge":
        write(session, ref, commit, lambda: upsert(rows, ref, spec, plan.touched.predicate(ref.sql_name)))
    else:
        write(session, ref, commit, lambda: replace_keys(rows, ref, commit, plan))


def marked(spark: SparkSession, table: Path, batch: Path, spec: Table) -> None:
    """Merge under a condition that holds the filter's mark, which nothing but this benchmark does."""
    session, ref = batch_session(spark), TableRef("silver.bench", str(table))
    rows = session.read.parquet(str(batch))
    header = usable_filter(session, ref, spec)
    if header is None:
        raise RuntimeError("there is no filter to ask")
    source = mark_known(rows, ref, header)
    values = {name: F.col(f"s.{name}") for name in rows.columns}
    target = {name: F.col(f"{ref.sql_name}.{name}") for name in ("id", "_seq")}
    merge = source.alias("s").mergeInto(ref.sql_name, F.col("s._maybe") & (values["id"] == target["id"]))
    merge = merge.whenMatched(values["_seq"] > target["_seq"]).update(values).whenNotMatched().insert(values)
    write(session, ref, CommitId("bench", 1, "digest"), merge.merge)
    refresh(session, ref, spec)


Way = Callable[[SparkSession, Path, Path, Table], None]
WAYS: dict[str, Way] = {"plain": plain, "with the filter": filtered}


def ways_of(case: Case) -> dict[str, Way]:
    """Return the ways to race: a mark in the MERGE where the table's rows change."""
    return WAYS | ({"mark in the MERGE": marked} if case.when_matched == "update" else {})

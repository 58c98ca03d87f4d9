"""Stage a batch whose steps would not give the same rows twice."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakesmith.batch.context import BatchContext
from lakesmith.tables.commit import find, write, writer


def staged(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Return the rows as they were computed the first time that this batch asked for them.

    Notes
    -----
    One more write and read of the batch, for tables declared ``nondeterministic`` only. The staging
    table holds the last batch; a retry finds it by the digest of its intent.
    """
    if not batch.spec.nondeterministic:
        return rows
    table = batch.table.staging
    commit = batch.commit_id("stage")
    landed = find(batch.session, table, commit) or write(
        batch.session,
        table,
        commit,
        lambda: table.save(
            writer(rows, commit, "overwrite").option("overwriteSchema", "true")
        ),
    )
    return table.load(batch.session, versionAsOf=landed.version)

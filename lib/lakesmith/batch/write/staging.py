"""Stage the rows of a batch that is judged first, or whose steps are not repeatable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.tables.commit import find, write, writer_of_all

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext


def staged(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Return the rows as they were computed when the batch first asked for them.

    *Columns*: those of `rows`.

    Notes
    -----
    One more write and read of the batch, only for tables declared ``nondeterministic`` and those
    with ``audit: stage``. The staging table holds the last batch. A retry finds it by the digest of
    its intent.
    """
    if not (batch.spec.nondeterministic or batch.is_audited):
        return rows
    table = batch.table.staging
    commit = batch.commit_id("stage")

    def action() -> None:
        table.save(writer_of_all(rows, table, commit))

    landed = find(batch.session, table, commit)
    if landed is None:
        landed = write(batch.session, table, commit, action)
    return table.load(batch.session, versionAsOf=landed.version)

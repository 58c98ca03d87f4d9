"""Read the quarantines of a project, with the state of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import BATCH_ID, REPLAYED_BY, ROW, ROW_DIGEST
from lakesmith.ledger.publications import newest
from lakesmith.ledger.store import read_ledger
from lakesmith.observe.project_reader import ProjectReader
from lakesmith.quality.quarantine_reasons import count_reasons
from lakesmith.tables.local_rows import local_rows
from lakesmith.tables.quarantine_rows import row_name, with_names

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState

STATE = "_state"
WAITING = "waiting"
REPLAYED = "replayed"
UNPUBLISHED = "unpublished"
_COLUMNS = (
    "_batch_id BIGINT, _run_id STRING, _quarantined_at TIMESTAMP, "
    "_reasons ARRAY<STRUCT<check: STRING, column: STRING, value: STRING>>, "
    "_raw STRING, _source_file STRING"
)


class QuarantineReader(ProjectReader):
    """Read quarantined rows, those that were replayed and those of unpublished batches too."""

    def quarantine(self, name: str) -> DataFrame:
        """Read the quarantine of a table.

        Parameters
        ----------
        name : str
            ``layer.table``.

        Returns
        -------
        DataFrame
            *Columns*: ``_batch_id`` BIGINT, ``_run_id`` STRING, ``_quarantined_at`` TIMESTAMP,
            ``_reasons`` (array of the failed check, its column and the value as text), ``_raw``
            STRING (the raw row as JSON), ``_source_file`` STRING, ``_replayed_by`` BIGINT (a
            batch), ``_patch`` STRING (corrections as JSON), ``_row`` STRING (its name), and
            ``_state`` STRING, which is ``waiting``, ``replayed``, or ``unpublished`` for a row of
            a batch that is not published.

        Raises
        ------
        InputError
            LS209 when the project has no such table.
        """
        table = self._ref(name).quarantine
        is_there = table.exists(self.spark)
        stored = (
            table.load(self.spark)
            if is_there
            else self.spark.createDataFrame([], _COLUMNS)
        )
        rows = with_names(stored).drop(ROW_DIGEST)
        return rows.withColumn(STATE, _state(self._newest_batch(name)))

    def quarantined_rows(
        self, name: str, limit: int = 20, *, replayed: bool = True
    ) -> list[dict[str, Any]] | None:
        """Return some quarantined rows without Spark, or None where only Spark reads them.

        Parameters
        ----------
        name : str
            ``layer.table``.
        limit : int
        replayed : bool
            Whether rows that were replayed are among them.
        """
        table = self._ref(name).quarantine
        if table.local is None:
            return None
        if not table.exists(None):
            return []
        batch = self._newest_batch(name)
        hidden = None if replayed else (REPLAYED_BY, batch)
        rows = local_rows(table, None, limit, hidden=hidden)
        if rows is None:
            return None
        return [
            {**row, ROW: row_name(row), STATE: state_of(row, batch)} for row in rows
        ]

    def quarantine_reasons(self, name: str) -> list[dict[str, Any]]:
        """Return how many quarantined rows of a table each check has, replayed ones left out.

        Returns
        -------
        list of dict
            ``check``, ``column``, ``rows`` and ``such_as``, the most frequent first.
        """
        rows = self.quarantine(name)
        kept = rows.filter(named(STATE) != REPLAYED)
        counts = kept.transform(count_reasons)
        return [row.asDict() for row in counts.collect()]

    def _newest_batch(self, name: str) -> int | None:
        """Return the newest published batch of a table, None where the ledger does not know."""
        ledger = self._ref("ops.ledger")
        published = self._ref("ops.published")
        spark = None if published.local else self.spark
        state = read_ledger(spark, ledger, "").states.get(name)
        if state is None or not state.closed:
            return None
        versions = newest(spark, published)["tables"]
        return batch_at(state, versions.get(name))


def batch_at(state: TableState, version: int | None) -> int:
    """Return the newest batch of a table whose rows a published version has.

    Examples
    --------
    >>> from lakesmith.ledger.state import Mark, TableState
    >>> state = TableState("silver.orders", closed=7, marks=[Mark(5, version=3), Mark(6)])
    >>> batch_at(state, 3), batch_at(state, None)
    (5, 0)
    """
    if version is None:
        return 0
    versions = {
        mark.batch: mark.version for mark in state.marks if mark.version is not None
    }
    within = [batch for batch, of in versions.items() if of <= version]
    if within:
        return max(within)
    # A rebuild has restarted the numbers of batches; what is published is older.
    first = min(versions, default=state.closed + (0 if state.refused else 1))
    return first - 1


def state_of(row: dict[str, Any], batch: int | None) -> str:
    """Return the state of a quarantined row, given the newest published batch.

    Examples
    --------
    >>> row = {"_batch_id": 3, "_replayed_by": 5}
    >>> state_of(row, 2), state_of(row, 4), state_of(row, 5), state_of(row, None)
    ('unpublished', 'waiting', 'replayed', 'replayed')
    """
    if batch is not None and row[BATCH_ID] > batch:
        return UNPUBLISHED
    by = row.get(REPLAYED_BY)
    is_replayed = by is not None and (batch is None or by <= batch)
    return REPLAYED if is_replayed else WAITING


def _state(batch: int | None) -> Column:
    by = named(REPLAYED_BY)
    if batch is None:
        return F.when(by.isNotNull(), REPLAYED).otherwise(WAITING)
    is_later = named(BATCH_ID) > batch
    replayed = F.when(by <= batch, REPLAYED).otherwise(WAITING)
    return F.when(is_later, UNPUBLISHED).otherwise(replayed)

"""Name the rows that a commit added, and the key by which earlier rows are compared with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.columns import CHANGE_TYPE

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef


@dataclass(frozen=True)
class AddedRows:
    """Name a commit that only added rows.

    Parameters
    ----------
    table : TableRef
    version : int
        The version that the commit made, at least 1.
    keys : tuple of str
    condition : Column or None
        Which rows count, before and after; None counts all.
    """

    table: TableRef
    version: int
    keys: tuple[str, ...]
    condition: Column | None = None

    def rows(self, session: SparkSession) -> DataFrame:
        """Return the rows that the commit added, from the files that it wrote.

        *Columns*: those of the table and of the change feed.
        """
        feed = self.table.load(
            session,
            readChangeFeed="true",
            startingVersion=self.version,
            endingVersion=self.version,
        )
        is_new = F.col(CHANGE_TYPE) == "insert"
        return self._counted(feed.filter(is_new))

    def earlier(self, session: SparkSession) -> DataFrame:
        """Return the rows that the table had before the commit.

        *Columns*: those of the table.
        """
        before = self.table.load(session, versionAsOf=self.version - 1)
        return self._counted(before)

    def _counted(self, rows: DataFrame) -> DataFrame:
        if self.condition is None:
            return rows
        return rows.filter(self.condition)

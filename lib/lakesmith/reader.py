"""Read tables, quarantines, histories, check results and profiles of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.errors import InputError
from lakesmith.ledger.publications import newest
from lakesmith.observe.objectives.report import PROFILE_COLUMNS, objectives_report
from lakesmith.observe.quarantine_reader import QuarantineReader
from lakesmith.observe.reading import (
    last_runs,
    last_verdicts,
    read_history,
    with_warnings,
)
from lakesmith.observe.records import CHECKS, PROFILES, RUNS
from lakesmith.observe.run_records import now
from lakesmith.spec.values.instants import utc
from lakesmith.tables.local_rows import local_rows
from lakesmith.tables.ops_table import OpsTable
from lakesmith.tables.properties import properties_of
from lakesmith.tables.read_version import read_version
from lakesmith.tables.ref import visible
from lakesmith.tables.schema.versions import shape_views
from lakesmith.tables.upsert.stored_filter import stored_filter
from lakesmith.transforms.conform import with_defaults

if TYPE_CHECKING:
    from lakesmith.sketches.stored_filter import StoredFilter
    from lakesmith.spec.model import Column


class Reader(QuarantineReader):
    """Read the tables of a project and what is recorded of them.

    Parameters
    ----------
    loaded : Loaded
    conf : Path
    spark : SparkSession, optional
    """

    def table(self, name: str, version: str | int = "published") -> DataFrame:
        """Read a table.

        Parameters
        ----------
        name : str
            ``layer.table``.
        version : str or int
            ``published``, ``latest``, or a version of the table.

        Returns
        -------
        DataFrame
            *Columns*: the table's, without hidden ones.

        Raises
        ------
        InputError
            LS207 when there is no such table, LS208 when it was never published.
        """
        table = self._ref(name)
        if not table.exists(self.spark):
            raise InputError(
                f"table {name} does not exist",
                code="LS207",
                hint="run `lakesmith run` first",
            )
        if version == "latest":
            return self._shown(name, table.load(self.spark))
        number = self._published(name) if version == "published" else int(version)
        return self._shown(name, read_version(self.spark, table, number))

    def stored_filter(self, name: str) -> StoredFilter | None:
        """Return the Bloom filter that a table keeps of its keys, for a join with the table.

        Parameters
        ----------
        name : str
            ``layer.table`` with ``write.key_filter``.

        Returns
        -------
        StoredFilter or None
            None where it does not have all keys of the published version, or the table has
            partitions.
        """
        version = self._published(name)
        spec = self.project.table(name)
        return stored_filter(self.spark, self._ref(name), spec, version)

    def rows(
        self, name: str, version: str | int = "published", limit: int = 20
    ) -> list[dict[str, Any]] | None:
        """Return some rows of a table without Spark, or None where only Spark reads them.

        Parameters
        ----------
        name : str
            ``layer.table``.
        version : str or int
            As in `table`.
        limit : int

        Returns
        -------
        list of dict, optional
        """
        table = self._ref(name)
        if not (table.local and table.exists(None)):
            return None
        number = self._published(name) if version == "published" else version
        wanted = None if number == "latest" else int(number)
        return local_rows(table, wanted, limit, self._contract(name))

    def register_views(self, spark: SparkSession) -> None:
        """Create temporary views of each published table in a session.

        ``layer_table`` is the table as it is. ``layer_table_v1``, ``_v2`` and so on have the
        columns that it had first, second and so on, so that their readers go on.

        Parameters
        ----------
        spark : SparkSession
            Where the views are made; any session that reaches the warehouse.
        """
        for name, number in newest(spark, self._ref("ops.published"))["tables"].items():
            table = self._ref(name)
            view = name.replace(".", "_")
            rows = self._shown(name, read_version(spark, table, number))
            rows.createOrReplaceTempView(view)
            for shape, frame in shape_views(rows, properties_of(spark, table)).items():
                frame.createOrReplaceTempView(f"{view}_{shape}")

    def status(self, limit: int = 10) -> list[dict[str, Any]]:
        """Return the last runs, newest first, each with its tables.

        Parameters
        ----------
        limit : int
            How many runs at most.
        """
        runs = last_runs(self._ops("ops.runs", RUNS), limit)
        return with_warnings(runs, self._ops("ops.checks", CHECKS))

    def history(self, name: str) -> list[dict[str, Any]]:
        """Return the commits of a table, newest first.

        Parameters
        ----------
        name : str
            ``layer.table``.

        Raises
        ------
        InputError
            LS209 when the project has no such table.
        """
        table = self._ref(name)
        return read_history(None if table.local else self.spark, table)

    def quality(self, name: str | None = None) -> list[dict[str, Any]]:
        """Return the check results of the last run that had any.

        Parameters
        ----------
        name : str, optional
            ``layer.table``; all tables when left out.
        """
        return last_verdicts(self._ops("ops.checks", CHECKS), name)

    def slo(
        self, name: str | None = None, at: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the objectives of contracts with their error budgets, from what runs recorded.

        Parameters
        ----------
        name : str, optional
            ``layer.table``; all tables when left out.
        at : str, optional
            End of the windows, ISO date or instant (UTC); the clock when left out.
        """
        if name is not None:
            self._ref(name)
        end = datetime.fromisoformat(utc(at) or now())
        tables = [name] if name else self.project.table_names()
        runs = self._ops("ops.runs", RUNS)
        profiles = self._ops("ops.profiles", PROFILES, PROFILE_COLUMNS)
        return objectives_report(self.project, tables, runs, profiles, end)

    def profile(self, name: str, since: str | None = None) -> DataFrame:
        """Return the profile rows of a table.

        Parameters
        ----------
        name : str
            ``layer.table``.
        since : str, optional
            ISO date or instant (UTC) of the oldest run to show; all runs when left out.

        Returns
        -------
        DataFrame
            *Columns*: those of ``ops.profiles``, one row a column and run, none before the first
            run.

        Raises
        ------
        InputError
            LS209 when the project has no such table.
        """
        self._ref(name)
        table = self._ref("ops.profiles")
        if not table.exists(self.spark):
            return self.spark.createDataFrame([], PROFILES)
        profiles = table.load(self.spark).filter(F.col("table") == name)
        if not since:
            return profiles
        oldest = F.lit(utc(since)).cast("timestamp")
        return profiles.filter(F.col("run_time") >= oldest)

    def _contract(self, name: str) -> Mapping[str, Column]:
        known = name in self.project.table_names()
        return self.project.table(name).columns if known else {}

    def _shown(self, name: str, rows: DataFrame) -> DataFrame:
        return visible(rows).transform(with_defaults(self._contract(name)))

    def _ops(
        self, name: str, ddl: str, columns: Sequence[str] = ("*",)
    ) -> list[dict[str, Any]]:
        table = OpsTable(self._ref(name), ddl)
        return table.read(None if table.ref.local else self.spark, columns)

    def _published(self, name: str) -> int:
        published = self._ref("ops.published")
        spark = None if published.local else self.spark
        tables = newest(spark, published)["tables"]
        if name not in tables:
            hint = "see `lakesmith status`; a refused batch can be published by `run --accept`"
            raise InputError(
                f"table {name} was never published", code="LS208", hint=hint
            )
        return int(tables[name])

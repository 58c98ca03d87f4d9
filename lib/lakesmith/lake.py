"""`Lake`: the project seen from Python; the CLI and the jobs call exactly this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.errors import ConfigError, InputError, Problem
from lakesmith.observe.reading import last_runs, read_history
from lakesmith.observe.records import CHECKS, RUNS
from lakesmith.runs.plan import plan
from lakesmith.runs.publish import newest
from lakesmith.runs.result import Event, Plan, RunResult
from lakesmith.runs.run import run
from lakesmith.session import get_session, read_properties
from lakesmith.spec.load import Loaded, load_project
from lakesmith.tables.ops import OpsTable
from lakesmith.tables.ref import TableRef, table_ref, visible
from lakesmith.transforms.step_problems import step_problems
from lakesmith.validate import validate


def open_lake(
    conf: str | Path = "conf",
    env: str = "local",
    overrides: Mapping[str, Any] | Sequence[str] = (),
    spark: SparkSession | None = None,
) -> Lake:
    """Open a project.

    Parameters
    ----------
    conf : str or Path
        Directory with the specs.
    env : str
        Overlay to apply: ``<conf>/<env>.yml``.
    overrides : mapping or sequence of str, optional
        Dotted key to value, applied last, such as ``{"warehouse": "/tmp/lake"}``, or texts ``key.path=value``.
    spark : SparkSession, optional
        The session to use; else the active one, else one built from ``<conf>/spark/local.conf``.

    Returns
    -------
    Lake

    Raises
    ------
    ConfigError
        With every problem of the specs.
    """
    loaded = load_project(Path(conf), env, overrides, step_check=step_problems)
    return Lake(loaded, Path(conf), spark)


class Lake:
    """A project with its warehouse.

    Parameters
    ----------
    loaded : Loaded
    conf : Path
    spark : SparkSession, optional
    """

    def __init__(self, loaded: Loaded, conf: Path, spark: SparkSession | None = None) -> None:
        self.loaded, self.project, self._conf, self._given = loaded, loaded.project, conf, spark

    @cached_property
    def spark(self) -> SparkSession:
        """The session; started on first use, never stopped here."""
        file = self._conf / "spark" / "local.conf"
        return self._given or get_session(read_properties(file) if file.exists() else {})

    def validate(self) -> tuple[Problem, ...]:
        """Check specs, steps and functions offline; returns warnings.

        Raises
        ------
        ConfigError
            With every problem found.
        """
        return validate(self.loaded)

    def plan(self, select: Sequence[str] = ()) -> Plan:
        """Return what a run would do; reads the ledger and lists the sources, writes nothing."""
        self.validate()
        return plan(self.spark, self.project, select)

    def run(
        self,
        select: Sequence[str] = (),
        run_date: str | None = None,
        accept: Sequence[str] = (),
        on_event: Callable[[Event], None] | None = None,
    ) -> RunResult:
        """Run the main job: build what is new, table by table, and publish it together.

        Parameters
        ----------
        select : sequence of str
            Tables to run; all when empty.
        run_date : str, optional
            The recorded "now", ISO date or instant (UTC).
        accept : sequence of str
            Refused tables to publish as they are.
        on_event : callable, optional
            Called as tables start and finish.

        Returns
        -------
        RunResult

        Raises
        ------
        RunFailed
            When a table failed; nothing was published.
        GateRefused
            When a check refused a table; all others were published.
        """
        self.validate()
        return run(lambda: self.spark, self.project, select, utc(run_date), accept, on_event or (lambda event: None))

    def table(self, name: str, version: str | int = "published") -> DataFrame:
        """Read a table.

        Parameters
        ----------
        name : str
            ``layer.table``.
        version : str or int
            ``published``, ``latest``, or a version of the table.

        Raises
        ------
        InputError
            LS207 when there is no such table, LS208 when it was never published.
        """
        table = self._ref(name)
        if not table.exists(self.spark):
            raise InputError(f"table {name} does not exist", code="LS207", hint="run `lakesmith run` first")
        if version == "latest":
            return visible(table.load(self.spark))
        number = self._published(name) if version == "published" else int(version)
        return visible(table.load(self.spark, versionAsOf=number))

    def quarantine(self, name: str) -> DataFrame:
        """Read the quarantine of a table: batch, reasons and the raw row of every bad row."""
        table = self._ref(name).quarantine
        if table.exists(self.spark):
            return table.load(self.spark)
        ddl = (
            "_batch_id BIGINT, _run_id STRING, _quarantined_at TIMESTAMP, "
            "_reasons ARRAY<STRUCT<check: STRING, column: STRING, value: STRING>>, _raw STRING, _source_file STRING"
        )
        return self.spark.createDataFrame([], ddl)

    def register_views(self, spark: SparkSession) -> None:
        """Create a temporary view ``layer_table`` of each published table in a session."""
        for name, number in newest(spark, self._ref("ops.published"))["tables"].items():
            visible(self._ref(name).load(spark, versionAsOf=number)).createOrReplaceTempView(name.replace(".", "_"))

    def status(self, limit: int = 10) -> list[dict[str, Any]]:
        """Return the last runs, newest first, each with its tables; no Spark for path tables."""
        return last_runs(self._ops("ops.runs", RUNS), limit)

    def history(self, name: str) -> list[dict[str, Any]]:
        """Return the commits of a table, newest first; no Spark for path tables."""
        table = self._ref(name)
        return read_history(None if table.local else self.spark, table)

    def quality(self, name: str | None = None) -> list[dict[str, Any]]:
        """Return the verdicts of the last run that had any; of one table if named."""
        rows = [row for row in self._ops("ops.checks", CHECKS) if name in (None, row["table"])]
        last = max(rows, key=lambda row: row["run_id"], default={"run_id": None})["run_id"]
        return [row for row in rows if row["run_id"] == last]

    def profile(self, name: str, since: str | None = None) -> DataFrame:
        """Return the profile rows of a table, of runs since an ISO date if given."""
        self._ref(name)
        profiles = self._ref("ops.profiles").load(self.spark).filter(F.col("table") == name)
        return profiles.filter(F.col("run_time") >= F.lit(utc(since)).cast("timestamp")) if since else profiles

    def _ref(self, name: str) -> TableRef:
        known = {*self.project.table_names(), "ops.ledger", "ops.published", "ops.runs", "ops.checks", "ops.profiles"}
        if name not in known:
            raise InputError(f"no table {name!r}", code="LS209", hint=f"one of {', '.join(sorted(known))}")
        return table_ref(self.project.warehouse, self.project.catalog, name)

    def _ops(self, name: str, ddl: str) -> list[dict[str, Any]]:
        table = OpsTable(self._ref(name), ddl)
        return table.read(None if table.ref.local else self.spark)

    def _published(self, name: str) -> int:
        tables = newest(self.spark, self._ref("ops.published"))["tables"]
        if name not in tables:
            hint = "see `lakesmith status`; a refused batch can be published by `run --accept`"
            raise InputError(f"table {name} was never published", code="LS208", hint=hint)
        return int(tables[name])


def utc(instant: str | None) -> str | None:
    """Return an ISO date or instant as ISO in UTC; without a zone it is UTC.

    Examples
    --------
    >>> utc("2011-01-01")
    '2011-01-01T00:00:00.000000+00:00'
    """
    if instant is None:
        return None
    try:
        parsed = datetime.fromisoformat(instant)
    except ValueError as error:
        problem = Problem("LS190", f"{instant!r} is no date", key="--run-date", hint="write it as 2011-01-31")
        raise ConfigError([problem]) from error
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).isoformat(timespec="microseconds")

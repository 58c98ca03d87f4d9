"""Check the rows that a table has now, whoever built it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.columns import HIDDEN
from lakesmith.errors import InputError
from lakesmith.observe.audited import AuditResult, audited, in_order
from lakesmith.observe.from_log import LogScope, answer
from lakesmith.observe.from_log.implied import implied_results
from lakesmith.quality.check_frame import check_frame
from lakesmith.spec.model.checks.check_list import read_check_list
from lakesmith.tables.read_version import read_version
from lakesmith.tables.ref import TableRef, project_table
from lakesmith.tables.statistics.read import table_statistics

if TYPE_CHECKING:
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.model import Project
    from lakesmith.spec.model.checks import Check


@dataclass(frozen=True)
class Tables:
    """How the tables of a project are read.

    Parameters
    ----------
    project : Project
    session : callable
        Returns the session, which is started on first use.
    read : callable
        Takes ``layer.table`` and a version or ``published``, returns its rows.
    version_of : callable
        Takes ``layer.table``, returns its published version, without Spark where it is local.
    """

    project: Project
    session: Callable[[], SparkSession]
    read: Callable[[str, str | int], DataFrame]
    version_of: Callable[[str], int]

    def has(self, name: str) -> bool:
        """Return whether a name is that of a table of the project."""
        return name in self.project.table_names()

    def rows(self, name: str, version: int | None = None) -> DataFrame:
        """Return the rows of a table of the project, or of a Delta table at a path.

        Without a version they are the published ones, or those of the newest.

        Raises
        ------
        InputError
            LS207 when there is no such table.
        """
        if self.has(name):
            return self.read(name, "published" if version is None else version)
        table = TableRef(name, name)
        if not table.exists(None if table.local else self.session()):
            hint = "name a table of the project, or a directory with a Delta table"
            raise InputError(f"there is no table '{name}'", code="LS207", hint=hint)
        if version is None:
            return table.load(self.session())
        return read_version(self.session(), table, version)

    def from_log(self, name: str, now: datetime) -> LogScope | None:
        """Return what the log of a table on a local path says, else None."""
        is_own = self.has(name)
        table = project_table(self.project, name) if is_own else TableRef(name, name)
        if table.local is None or not table.exists(None):
            return None
        version = self.version_of(name) if is_own else None
        found = table_statistics(table.local, version)
        if found is None:
            return None
        hidden = HIDDEN if is_own else ()
        types = {one: kind for one, kind in found.types.items() if one not in hidden}
        return LogScope(found, types, now, self._with_default(name))

    def _with_default(self, name: str) -> tuple[str, ...]:
        columns = self.project.table(name).columns if self.has(name) else {}
        return tuple(
            one for one, column in columns.items() if column.default is not None
        )


def check_table(
    tables: Tables, name: str, file: Path | None = None, *, scan: bool = False
) -> tuple[AuditResult, ...]:
    """Check the published rows of a table, or those of any Delta table.

    Parameters
    ----------
    tables : Tables
    name : str
        ``layer.table`` of the project, or the path of a Delta table.
    file : Path, optional
        YAML with a list under the key ``checks``; those of the table's spec when left out.
    scan : bool
        Read the rows for every check.

    Returns
    -------
    tuple of AuditResult
        Checks of raw text (`cast_failed`) are left out: a table has none.

    Raises
    ------
    InputError
        LS207 when there is no such table, LS216 without checks.
    ConfigError
        With all mistakes of the file.

    Notes
    -----
    A check is answered from the log of a local table where that says exactly what a scan would.
    No session is started where it says all.
    """
    now = datetime.now(timezone.utc)
    scope = None if scan else tables.from_log(name, now)
    types = scope.types if scope else dict(tables.rows(name).dtypes)
    checks = _checks(tables.project, name, file, types)
    answers = [answer(check, scope) if scope else None for check in checks]
    known = [result for result in answers if result is not None]
    left = [check for check, one in zip(checks, answers, strict=True) if one is None]
    implied = implied_results(scope) if scope else None
    if implied is not None and not left:
        return in_order(audited([*implied, *known], "log"), checks)
    version = scope.statistics.version if scope else None
    scanned = _scan(tables, left, tables.rows(name, version), now)
    results = [*audited(known, "log"), *audited(scanned, "scan")]
    return in_order(results, checks)


def _scan(
    tables: Tables, checks: Sequence[Check], rows: DataFrame, now: datetime
) -> tuple[CheckResult, ...]:
    compared = {other for check in checks for other in check.tables_read().values()}
    others = {other: tables.rows(other) for other in sorted(compared)}
    return check_frame(rows, checks, run_time=now, tables=others)


def _checks(
    project: Project, name: str, file: Path | None, types: Mapping[str, str]
) -> list[Check]:
    if file is not None:
        return list(read_check_list(file, types))
    is_own = name in project.table_names()
    found = project.table(name).checks if is_own else ()
    checks = [one for one in found if one.replaces != "cast"]
    if not checks:
        hint = "give a list of them with --checks FILE"
        raise InputError("there are no checks", code="LS216", where=name, hint=hint)
    return checks

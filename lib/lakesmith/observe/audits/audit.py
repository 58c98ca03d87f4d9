"""Check the rows that a table has now, whoever built it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from lakesmith.columns import HIDDEN
from lakesmith.errors import InputError
from lakesmith.observe.audits.audited import AuditResult, audited, in_order
from lakesmith.observe.from_log import LogScope, answer
from lakesmith.observe.from_log.implied import implied_results
from lakesmith.observe.references import References
from lakesmith.quality.check_frame import check_frame
from lakesmith.quality.raw import types_with_raw
from lakesmith.spec.model.checks.check_list import read_check_list
from lakesmith.tables.statistics.read import table_statistics

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.model.checks import Check
    from lakesmith.spec.step_kinds.statistics import Frozen
    from lakesmith.tables.readable import ReadableTables


def check_table(
    tables: ReadableTables,
    name: str,
    file: Path | None = None,
    *,
    scan: bool = False,
    run_time: datetime | None = None,
) -> tuple[AuditResult, ...]:
    """Check the published rows of a table, or those of any Delta table.

    Parameters
    ----------
    tables : ReadableTables
    name : str
        ``layer.table`` of the project, or the path of a Delta table.
    file : Path, optional
        YAML with a list under the key ``checks``; those of the table's spec when left out.
    scan : bool
        Read the rows for every check.
    run_time : datetime, optional
        The "now" of checks that compare with it; the present time when left out.

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
    now = run_time or datetime.now(timezone.utc)
    scope = None if scan else _from_log(tables, name, now)
    if scope is None:
        rows = tables.rows(name)
        checks = _checks(tables, name, file, types_with_raw(rows))
        scanned = _scan(tables, name, checks, rows, now)
        return in_order(audited(scanned, "scan"), checks)

    checks = _checks(tables, name, file, scope.types)
    known, left = _answers(checks, scope)
    results = audited(known, "log")
    implied = implied_results(scope)
    if implied is None or left:
        rows = tables.rows(name, scope.statistics.version)
        scanned = _scan(tables, name, left, rows, now)
        results += audited(scanned, "scan")
    else:
        results += audited(implied, "log")
    return in_order(results, checks)


def _answers(
    checks: Sequence[Check], scope: LogScope
) -> tuple[list[CheckResult], list[Check]]:
    """Return the results that the log gives, and the checks that it leaves."""
    known: list[CheckResult] = []
    left: list[Check] = []
    for check in checks:
        result = answer(check, scope)
        if result is None:
            left.append(check)
        else:
            known.append(result)
    return known, left


def _from_log(tables: ReadableTables, name: str, now: datetime) -> LogScope | None:
    """Return what the log of a table on a local path says, else None."""
    local = tables.ref(name).local
    if local is None or not tables.is_local(name):
        return None
    found = table_statistics(local, tables.version(name))
    if found is None:
        return None
    types = dict(found.types)
    for hidden in HIDDEN if tables.has(name) else ():
        types.pop(hidden, None)
    return LogScope(found, types, now, _replaced(tables, name))


def _replaced(tables: ReadableTables, name: str) -> list[str]:
    columns = tables.columns(name).items()
    return [one for one, column in columns if column.default is not None]


def _scan(
    tables: ReadableTables,
    name: str,
    checks: Sequence[Check],
    rows: DataFrame,
    now: datetime,
) -> tuple[CheckResult, ...]:
    others: dict[str, DataFrame] = {}
    for check in checks:
        for other in check.tables_read().values():
            others[other] = tables.rows(other)
    return check_frame(
        rows,
        checks,
        run_time=now,
        tables=others,
        frozen=_frozen(tables, name, checks),
        name=name,
    )


def _frozen(
    tables: ReadableTables, name: str, checks: Sequence[Check]
) -> dict[str, Frozen]:
    """Return the newest frozen statistics that checks compare with, by table."""
    asked = [
        statistic.reference or name
        for check in checks
        for statistic in check.frozen_statistics()
    ]
    if not asked:
        return {}
    return References(tables.session(), tables.project).newest(asked)


def _checks(
    tables: ReadableTables, name: str, file: Path | None, types: Mapping[str, str]
) -> list[Check]:
    if file is not None:
        read = read_check_list(file, types)
        return list(read)
    found = tables.project.table(name).checks if tables.has(name) else ()
    checks = [one for one in found if one.replaces != "cast"]
    if not checks:
        hint = "give a list of them with --checks FILE"
        raise InputError("there are no checks", code="LS216", where=name, hint=hint)
    return checks

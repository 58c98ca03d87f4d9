"""Check the rows that a table has now, whoever built it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import InputError
from lakesmith.quality.check_frame import check_frame
from lakesmith.spec.model.checks.check_list import read_check_list
from lakesmith.tables.ref import TableRef

if TYPE_CHECKING:
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.model import Project
    from lakesmith.spec.model.checks import Check


def check_table(
    session: SparkSession,
    project: Project,
    published: Callable[[str], DataFrame],
    name: str,
    file: Path | None = None,
) -> tuple[CheckResult, ...]:
    """Check the published rows of a table, or those of any Delta table.

    Parameters
    ----------
    session : SparkSession
    project : Project
    published : callable
        Takes ``layer.table``, returns its published rows.
    name : str
        ``layer.table`` of the project, or the path of a Delta table.
    file : Path, optional
        YAML with a list under the key ``checks``; those of the table's spec when left out.

    Returns
    -------
    tuple of CheckResult
        Checks of raw text (`cast_failed`) are left out: a table has none.

    Raises
    ------
    InputError
        LS207 when there is no such table, LS216 without checks.
    ConfigError
        With all mistakes of the file.
    """
    is_own = name in project.table_names()
    rows = published(name) if is_own else _foreign(session, name)
    checks = _checks(project, name, file, dict(rows.dtypes))
    compared = {other for check in checks for other in check.tables_read().values()}
    tables = {other: published(other) for other in sorted(compared)}
    return check_frame(rows, checks, tables=tables)


def _foreign(session: SparkSession, path: str) -> DataFrame:
    table = TableRef(path, path)
    if not table.exists(session):
        hint = "name a table of the project, or a directory with a Delta table"
        raise InputError(f"there is no table '{path}'", code="LS207", hint=hint)
    return table.load(session)


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

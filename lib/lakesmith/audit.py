"""Check the rows that a table has now, whoever built it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.errors import InputError
from lakesmith.quality.check_frame import check_frame
from lakesmith.spec.check_list import read_check_list
from lakesmith.tables.ref import TableRef

if TYPE_CHECKING:
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.reader import Reader
    from lakesmith.spec.model.checks import Check


def check_table(
    reader: Reader, name: str, file: Path | None = None
) -> tuple[CheckResult, ...]:
    """Check the published rows of a table, or those of any Delta table.

    Parameters
    ----------
    reader : Reader
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
    is_own = name in reader.project.table_names()
    rows = reader.table(name) if is_own else _foreign(reader, name)
    checks = _checks(reader, name, file, dict(rows.dtypes))
    compared = {other for check in checks for other in check.tables_read().values()}
    tables = {other: reader.table(other) for other in sorted(compared)}
    return check_frame(rows, checks, tables=tables)


def _foreign(reader: Reader, path: str) -> DataFrame:
    table = TableRef(path, path)
    if not table.exists(reader.spark):
        hint = "name a table of the project, or a directory with a Delta table"
        raise InputError(f"there is no table '{path}'", code="LS207", hint=hint)
    return table.load(reader.spark)


def _checks(
    reader: Reader, name: str, file: Path | None, types: Mapping[str, str]
) -> list[Check]:
    if file is not None:
        return list(read_check_list(file, types))
    is_own = name in reader.project.table_names()
    found = reader.project.table(name).checks if is_own else ()
    checks = [one for one in found if one.replaces != "cast"]
    if not checks:
        hint = "give a list of them with --checks FILE"
        raise InputError("there are no checks", code="LS216", where=name, hint=hint)
    return checks

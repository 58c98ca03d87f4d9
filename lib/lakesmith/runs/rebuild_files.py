"""Require that a rebuild reads all the files whose rows are in the table that it replaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.sources.registry import parts_of, source_of
from lakesmith.sources.slices import MISSING, Slices

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.spec.model import Project

SHOWN = 3
HINT = (
    "land the file(s) again as they were; a column that older files lack goes into"
    " `optional_columns` of the source, and `on_changed_file: reload` takes changed files as they"
    " are now"
)


def files_to_read(
    spark: SparkSession, project: Project, state: TableState, name: str
) -> tuple[str, ...]:
    """Return the parts of its source that a rebuild of a table must read.

    Returns
    -------
    tuple of str
        Empty where the source keeps all that it ever had, such as an upstream table.

    Raises
    ------
    LedgerError
        LS609 when a file whose rows the table holds is missing, has changed, or cannot be read by
        the spec of today.
    """
    source = source_of(project, name)
    position = state.positions.get(source.key, {})
    found = source.required(spark, position, state.must_read)
    require_none(name, found.problems)
    return found.parts


def require_none(name: str, reasons: Mapping[str, str], what: str = "rebuild") -> None:
    """Refuse a rebuild or a rollback that would not get the rows of these files.

    Raises
    ------
    LedgerError
        LS609 with the first files and their reasons.

    Examples
    --------
    >>> require_none("bronze.orders", {})
    >>> try:
    ...     require_none("bronze.orders", {"in/a.csv": "cut"})
    ... except LedgerError as error:
    ...     error.code
    'LS609'
    """
    if not reasons:
        return
    shown = [f"{path!r} ({reason})" for path, reason in sorted(reasons.items())[:SHOWN]]
    raise LedgerError(
        f"{len(reasons)} file(s) that {name} holds are missing, changed or not readable by its"
        f" source, such as {', '.join(shown)}: a {what} would lose their rows",
        code="LS609",
        where=name,
        hint=HINT,
    )


def require_planned(name: str, state: TableState, found: Slices) -> None:
    """Refuse a batch of an unfinished rebuild that parks or misses what the rebuild must read.

    Raises
    ------
    LedgerError
        LS609, nothing is parked.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.sources.files.position import files_slice
    >>> state = TableState("bronze.orders", must_read={"in/a.csv"})
    >>> require_planned("bronze.orders", state, Slices(files_slice("orders", [("in/a.csv", 1, 5)])))
    """
    if not state.must_read:
        return
    parked = {
        part: one.reason
        for one in found.parked
        for part in state.must_read & _names(one.part, found)
    }
    require_none(name, parked)
    if found.more:
        return
    parts = parts_of(found.new) if found.new else ()
    planned = {name for part in parts for name in _names(part, found)}
    require_none(name, dict.fromkeys(state.must_read - planned, MISSING))


def _names(part: str, found: Slices) -> set[str]:
    return {part, *found.aliases.get(part, ())}

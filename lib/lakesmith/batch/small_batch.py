"""Find out whether a batch is so small that compiling it costs more than its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.sources.registry import reader_of
from lakesmith.tables.pruning.file_stats import table_files
from lakesmith.tables.ref import TableRef, project_table

if TYPE_CHECKING:
    from lakesmith.ledger.intent import Intent
    from lakesmith.spec.model import Project

MAX_ROWS_READ = 50_000
# Of each table that the batch writes or looks into.
MAX_TABLE_ROWS = 1_000_000


def is_small(project: Project, intent: Intent) -> bool:
    """Return True for a batch of few rows on tables of moderate size.

    Parameters
    ----------
    project : Project
    intent : Intent

    Notes
    -----
    The logs of tables on local paths answer, without Spark. Where one does not say how many rows
    there are, the batch is not small.
    """
    source = reader_of(project, intent.table, intent.input)
    # A batch that was planned on another type of source is refused when it is read.
    is_planned_on_it = source.kind == intent.input.kind
    rows = source.max_rows(intent.input) if is_planned_on_it else None
    if rows is None or rows > MAX_ROWS_READ:
        return False
    names = dict.fromkeys([intent.table, *intent.reads])
    return all(_is_moderate(project_table(project, name)) for name in names)


def _is_moderate(table: TableRef) -> bool:
    if table.local is not None and not table.exists(None):
        return True
    files = table_files(table)
    rows = files.rows if files else None
    return rows is not None and rows <= MAX_TABLE_ROWS

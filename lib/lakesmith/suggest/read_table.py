"""Take a sample of a table, without Spark where its files can be read so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.columns import DELETED, HIDDEN
from lakesmith.suggest.read_frame import sample_of_frame
from lakesmith.suggest.sample import Sample
from lakesmith.tables.local_rows import local_rows
from lakesmith.tables.ref import visible
from lakesmith.tables.statistics.read import table_statistics

if TYPE_CHECKING:
    from lakesmith.tables.readable import ReadableTables
    from lakesmith.tables.statistics.model import TableStatistics


def sample_of_table(tables: ReadableTables, name: str, limit: int) -> Sample:
    """Take a sample of the visible rows of a table.

    Parameters
    ----------
    tables : ReadableTables
    name : str
        ``layer.table``, or the path of a Delta table.
    limit : int
        How many rows at most.

    Returns
    -------
    Sample
        The same rows for the same version, however often asked.
    """
    local = _of_local(tables, name, limit) if tables.is_local(name) else None
    if local is not None:
        return local
    return sample_of_frame(name, visible(tables.rows(name)), limit)


def _of_local(tables: ReadableTables, name: str, limit: int) -> Sample | None:
    """Return a sample without Spark, None where only Spark reads the table right."""
    table = tables.ref(name)
    version = tables.version(name)
    found = table_statistics(table.local, version) if table.local else None
    if found is None:
        return None
    columns = tables.columns(name)
    rows = local_rows(table, found.version, limit, columns, spread=True)
    if rows is None:
        return None
    kinds = dict(found.types)
    for hidden in HIDDEN:
        kinds.pop(hidden, None)
    subject = f"{name}, version {found.version}"
    total = len(rows) if len(rows) < limit else _visible_rows(found)
    return Sample(subject, kinds, rows, total)


def _visible_rows(found: TableStatistics) -> int | None:
    if DELETED in found.types:
        return None
    return found.rows

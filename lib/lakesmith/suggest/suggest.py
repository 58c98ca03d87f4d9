"""Suggest a contract and checks for a table or a source by its name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lakesmith.quality.profile import secret_columns
from lakesmith.suggest.read_frame import sample_of_frame
from lakesmith.suggest.read_source import source_rows
from lakesmith.suggest.read_table import sample_of_table
from lakesmith.suggest.suggested import Suggested, suggested

if TYPE_CHECKING:
    from lakesmith.suggest.sample import Sample
    from lakesmith.tables.readable import ReadableTables


def suggest(tables: ReadableTables, name: str, limit: int) -> Suggested:
    """Suggest a contract and checks from a sample of rows.

    Parameters
    ----------
    tables : ReadableTables
    name : str
        ``layer.table``, ``sources.name`` or the path of a Delta table.
    limit : int
        How many rows to look at.

    Returns
    -------
    Suggested

    Raises
    ------
    InputError
        LS207 when there is no such table, LS208 when it was never published, LS217 when a source
        has nothing to read.
    """
    prefix, _, source = name.partition(".")
    if prefix == "sources" and source in tables.project.sources:
        sample = _of_source(tables, source, limit)
        return suggested(sample)
    sample = sample_of_table(tables, name, limit)
    secret = secret_columns(tables.columns(name))
    return suggested(replace(sample, secret=secret))


def _of_source(tables: ReadableTables, source: str, limit: int) -> Sample:
    session = tables.session()
    rows = source_rows(session, tables.project, source)
    return sample_of_frame(f"sources.{source}, its first batch", rows, limit)

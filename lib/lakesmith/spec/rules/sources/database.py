"""Check the settings of a database source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.spec.model.jdbc import JdbcSource
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model.source import SourceSpec


def database_rules(source: SourceSpec) -> Iterator[Finding]:
    """Refuse a column for the time of the read that is not declared, or of an incremental read.

    Examples
    --------
    >>> at = {"dialect": "postgresql", "host": "db", "database": "shop", "user": "reader"}
    >>> source = JdbcSource(**at, table="orders", columns=("id",), read_at="taken")
    >>> [finding.key for finding in database_rules(source)]
    ['read_at']
    """
    if not isinstance(source, JdbcSource) or source.read_at is None:
        return
    if source.read_at not in source.columns:
        what = f"column '{source.read_at}' is not one of `columns`"
        hint = f"add {source.read_at} to columns, which lists what the table lands"
        yield Finding("LS193", "read_at", what, hint)
    if source.incremental is not None:
        what = "an incremental read has no time of its own"
        hint = "take out read_at: `_ingested_at` says when a row landed"
        yield Finding("LS193", "read_at", what, hint)

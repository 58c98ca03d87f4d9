"""Compare the settings by which the rows of a table were read with those of its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.tables.commit import LOOK_BACK
from lakesmith.tables.delta_log.history import Commit, newest_commits, standing

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.sources.base import Source
    from lakesmith.tables.ref import TableRef

RECORDED = "source_settings"


def recorded_settings(source: Source) -> dict[str, Any]:
    """Return what a commit records of the settings that decide how its source is read.

    Examples
    --------
    >>> from lakesmith.sources.registry import source_of
    >>> from lakesmith.spec.model import Project
    >>> source = {"format": "json", "path": "in", "columns": ["id"]}
    >>> tables = {"bronze": {"a": {"from": "sources.s"}}}
    >>> spec = {"name": "shop", "sources": {"s": source}, "tables": tables}
    >>> recorded_settings(source_of(Project.model_validate(spec), "bronze.a"))
    {'source_settings': {'format': 'json'}}
    """
    settings = source.row_settings()
    return {RECORDED: settings} if settings else {}


def other_settings(
    spark: SparkSession, table: TableRef, state: TableState, source: Source
) -> tuple[str, ...]:
    """Return the settings that differ between the rows of a table and its source.

    Notes
    -----
    All commits since the table was last built from scratch are compared. A commit of an older
    version that records no settings is not judged. No Spark job on a local path.
    """
    settings = source.row_settings()
    if not settings or state.version is None:
        return ()
    commits = newest_commits(spark, table, LOOK_BACK)
    return _differences(settings, standing(commits))


def _differences(
    settings: Mapping[str, Any], commits: Iterator[Commit]
) -> tuple[str, ...]:
    names: set[str] = set()
    for commit in commits:
        recorded = commit.metadata.get(RECORDED, settings)
        both = settings.keys() | recorded.keys()
        names |= {name for name in both if settings.get(name) != recorded.get(name)}
        if commit.metadata.get("first"):
            break
    return tuple(sorted(names))

"""Check the end of each log before a run, since Delta reads an empty last commit silently."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lakesmith.errors import TableDamaged
from lakesmith.tables.delta_log.actions import read_actions
from lakesmith.tables.delta_log.hadoop_checksum import sidecar_fit, sidecar_of
from lakesmith.tables.delta_log.listing import POINTER, LogFiles, log_files
from lakesmith.tables.ops_table import OPS_TABLES
from lakesmith.tables.ref import TableRef, project_table

if TYPE_CHECKING:
    from lakesmith.spec.model import Project

PARQUET_END = b"PAR1"
FIX = "run `lakesmith doctor` to see what can be done, `lakesmith doctor --fix` to do what is safe"


@dataclass(frozen=True)
class Damage:
    """Name a damaged file of a log with a stable code."""

    code: str
    what: str
    file: Path


def warehouse_tables(project: Project) -> list[TableRef]:
    """Return every table that a project may have written, quarantines and ops tables included.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> tables = {"bronze": {"orders": {"from": "sources.orders"}}}
    >>> sources = {"orders": {"format": "csv", "path": "in", "columns": ["id"]}}
    >>> project = Project.model_validate({"name": "shop", "tables": tables, "sources": sources})
    >>> [table.name for table in warehouse_tables(project)][:3]
    ['bronze.orders', 'bronze.orders__quarantine', 'ops.ledger']
    """
    refs = [
        project_table(project, name) for name in (*project.table_names(), *OPS_TABLES)
    ]
    return [
        each
        for ref in refs
        for each in ((ref,) if ref.name in OPS_TABLES else (ref, ref.quarantine))
    ]


def check_tails(project: Project) -> None:
    """Check the newest commit of every local table, and that none before it is missing.

    Raises
    ------
    TableDamaged
        With the code of the first damage; all are listed. Nothing was written.

    Notes
    -----
    No Spark: one directory listing and one or two small files a table.
    """
    found = [
        (ref.name, damage)
        for ref in warehouse_tables(project)
        for damage in tail_damage(ref)
    ]
    if not found:
        return
    (_, first) = found[0]
    texts = [f"{name}: {damage.what}" for name, damage in found]
    places = ", ".join(str(damage.file) for _, damage in found)
    raise TableDamaged(
        "\n".join(texts),
        code=first.code,
        where=places,
        hint=f"nothing was written; {FIX}",
    )


def tail_damage(ref: TableRef) -> Iterable[Damage]:
    """Yield what is wrong at the end of a local table's log.

    Examples
    --------
    >>> list(tail_damage(TableRef("silver.a", "/no/such/table")))
    []
    """
    if ref.local is None:
        return
    log = log_files(ref.local / "_delta_log")
    if log.head is None:
        return
    yield from _newest_commit(log)
    yield from _holes(log)
    yield from _checkpoint(log)


def _newest_commit(log: LogFiles) -> Iterator[Damage]:
    if log.commits:
        yield from commit_damage(log.commit(log.commits[-1]))


def commit_damage(file: Path) -> Iterator[Damage]:
    """Yield what is wrong with one commit file."""
    try:
        read_actions(file)
    except ValueError as error:
        yield Damage("LS620", f"a commit is torn: {error}", file)
        return
    fit = sidecar_fit(file)
    if fit == "stale":
        yield Damage(
            "LS627",
            "the checksum beside a commit belongs to another content",
            sidecar_of(file),
        )
    elif fit == "differs":
        yield Damage(
            "LS628", "a commit and the checksum beside it differ in part", file
        )


def _holes(log: LogFiles) -> Iterator[Damage]:
    missing = log.missing(log.checkpoint)
    if missing:
        yield Damage(
            "LS621",
            f"{len(missing)} commit(s) are missing in the log",
            log.commit(missing[0]),
        )


def _checkpoint(log: LogFiles) -> Iterator[Damage]:
    broken = [
        file
        for file in log.checkpoints.get(log.checkpoint or 0, ())
        if not ends_whole(file)
    ]
    yield from (
        Damage("LS622", "the newest checkpoint is cut off", file) for file in broken
    )
    named = pointed_to(log)
    if named is not None and named not in log.checkpoints:
        yield Damage(
            "LS623",
            f"checkpoint {named}, the last one by its pointer, is missing",
            log.directory / POINTER,
        )


def ends_whole(file: Path) -> bool:
    """Return True where a checkpoint ends with the magic word of Parquet."""
    if file.suffix != ".parquet":
        return file.stat().st_size > 0
    end = file.stat().st_size - len(PARQUET_END)
    with file.open("rb") as stream:
        stream.seek(max(0, end))
        return stream.read() == PARQUET_END


def pointed_to(log: LogFiles) -> int | None:
    """Return the version that ``_last_checkpoint`` names, or None.

    Examples
    --------
    >>> pointed_to(log_files(Path("/no/such/table/_delta_log")))
    """
    if POINTER not in log.names:
        return None
    try:
        return int(json.loads((log.directory / POINTER).read_bytes())["version"])
    except (ValueError, KeyError, TypeError):  # every reader falls back to the listing
        return None

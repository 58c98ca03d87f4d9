"""Refuse backfills that would lose rows, or add them twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lakesmith.errors import InputError, LedgerError
from lakesmith.sources.live_versions import has_moved

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.ledger.store import Ledger
    from lakesmith.spec.model import Project, Table


def require_dates(project: Project, table: str) -> None:
    """Refuse a table whose rows cannot be recomputed by their event date.

    Raises
    ------
    InputError
        LS610 when it is built from files, has no event date, or is read row by row.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> source = {"format": "csv", "path": "in", "columns": ["id"]}
    >>> tables = {"bronze": {"a": {"from": "sources.s"}}}
    >>> spec = {"name": "shop", "sources": {"s": source}, "tables": tables}
    >>> require_dates(Project.model_validate(spec), "bronze.a")
    Traceback (most recent call last):
    ...
    lakesmith.errors.InputError: LS610 bronze.a is built from files and keeps the raw input
      where: bronze.a
      next:  land corrected files, or roll back and run again
    """
    spec = project.table(table)
    downstream = _appending_readers(project, table)
    if spec.source_name:
        what = "is built from files and keeps the raw input"
        hint = "land corrected files, or roll back and run again"
    elif spec.event_date is None:
        what = "declares no event_date"
        hint = "name the date column of the contract as `event_date` in its spec"
    elif downstream:
        what = (
            f"is read by {', '.join(downstream)}, written row by row, so recomputed "
            "rows would come twice"
        )
        hint = f"`lakesmith run --rebuild --select {table}` rebuilds them all"
    else:
        return
    raise InputError(f"{table} {what}", code="LS610", where=table, hint=hint)


def _appending_readers(project: Project, table: str) -> list[str]:
    specs = {name: project.table(name) for name in project.table_names()}
    return [
        name
        for name, spec in specs.items()
        if spec.from_ == table and not spec.write.recomputes
    ]


def require_same_rows(
    table: str, spec: Table, since: int | None, upstream: TableState
) -> None:
    """Refuse a backfill whose rows the next run would lose or read twice.

    Parameters
    ----------
    table : str
    spec : Table
    since : int or None
        The version up to which the table has read its upstream.
    upstream : TableState
        Its `version` is the one that the backfill reads.

    Raises
    ------
    LedgerError
        LS611 when the table has read another version.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.model import Table
    >>> spec = Table(from_="bronze.a")
    >>> require_same_rows("silver.b", spec, 4, TableState("bronze.a", version=4))
    """
    is_ahead = (
        since is not None and upstream.version is not None and since > upstream.version
    )
    if is_ahead or (not spec.write.keys and has_moved(upstream, since)):
        raise LedgerError(
            f"{table} has read version {since} of {spec.from_}, and a backfill "
            f"reads {upstream.version}",
            code="LS611",
            where=table,
            hint="`lakesmith run` brings them together; backfill afterwards",
        )


def require_settled(
    ledger: Ledger, select: Sequence[str], verb: str = "backfill"
) -> None:
    """Refuse tables whose newest batch is unfinished or refused.

    Raises
    ------
    LedgerError
        LS611 when there is one.
    """
    for table in select:
        state = ledger.state(table)
        if state.open or state.refused:
            kind = "an unfinished" if state.open else "a refused"
            raise LedgerError(
                f"{table} has {kind} batch",
                code="LS611",
                where=table,
                hint=f"`lakesmith run` ends it; {verb} afterwards",
            )


def require_published(
    ledger: Ledger, tables: Sequence[str], verb: str = "backfill"
) -> None:
    """Refuse tables with rows that no publication has, which would be published alone.

    Raises
    ------
    LedgerError
        LS611 when there is one.
    """
    published = ledger.published["tables"]
    for table in tables:
        state = ledger.state(table)
        if state.version is not None and has_moved(state, published.get(table)):
            raise LedgerError(
                f"{table} has rows of a run that was not published",
                code="LS611",
                where=table,
                hint=f"`lakesmith run` publishes them; {verb} afterwards",
            )

"""Detect that a table was built from another upstream than its spec names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.errors import WriteError

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.spec.model import Table

SOURCES = "sources."


def changed_upstream(spec: Table, state: TableState) -> str:
    """Return that the rows came from another table than the spec names, or an empty text.

    Parameters
    ----------
    spec : Table
    state : TableState
        What the ledger knows of the table. An older ledger does not record what was read, and
        nothing is judged then.

    Notes
    -----
    The recorded version up to which a table has read is one of that other table. Files of a source
    are recorded by their paths, so that those of another source are all new.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.model import Table
    >>> spec = Table.model_validate({"from": "bronze.new"})
    >>> changed_upstream(spec, TableState("silver.a", version=3, upstream="bronze.old"))
    'the table is built from bronze.new, its rows came from bronze.old'
    """
    if not _is_changed(spec, state) or _are_sources(spec, state):
        return ""
    return f"the table is built from {spec.from_}, its rows came from {state.upstream}"


def _is_changed(spec: Table, state: TableState) -> bool:
    return state.version is not None and state.upstream not in ("", spec.from_)


def _are_sources(spec: Table, state: TableState) -> bool:
    return state.upstream.startswith(SOURCES) and spec.from_.startswith(SOURCES)


def require_same_upstream(name: str, spec: Table, state: TableState) -> None:
    """Raise LS514 for a table whose rows came from another table than its spec names.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.model import Table
    >>> spec = Table.model_validate({"from": "bronze.a"})
    >>> require_same_upstream("silver.a", spec, TableState("silver.a"))
    """
    difference = changed_upstream(spec, state)
    if difference:
        hint = (
            "put `from` back as it was, or rebuild the table: `lakesmith run "
            f"--rebuild --select {name}`"
        )
        raise WriteError(difference, code="LS514", where=name, hint=hint)


def changed_source(spec: Table, state: TableState) -> str:
    """Return what becomes of the rows of a table whose spec names another source.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.model import Table
    >>> spec = Table.model_validate({"from": "sources.new"})
    >>> changed_source(spec, TableState("bronze.a", version=3, upstream="sources.old"))
    'its rows came from sources.old: they stay, and every file of sources.new comes beside them'
    """
    if not _is_changed(spec, state) or not _are_sources(spec, state):
        return ""
    return (
        f"its rows came from {state.upstream}: they stay, and every file of "
        f"{spec.from_} comes beside them"
    )

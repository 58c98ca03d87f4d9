"""Detect that a table was built from another upstream than its spec names."""

from __future__ import annotations

from lakesmith.errors import WriteError
from lakesmith.ledger.state import TableState
from lakesmith.spec.model import Table

SOURCES = "sources."


def other_upstream(spec: Table, state: TableState) -> str:
    """Return that the rows came from another table than the spec names, or an empty text.

    Parameters
    ----------
    spec : Table
    state : TableState
        What the ledger knows of the table; an older ledger does not say what was read, and nothing
        is judged then.

    Notes
    -----
    The version up to which a table has read is one of that other table. What was read of a source
    are files by their paths, so that those of another source are all new.
    """
    is_known = state.version is not None and state.upstream not in ("", spec.from_)
    if not is_known or (
        state.upstream.startswith(SOURCES) and spec.from_.startswith(SOURCES)
    ):
        return ""
    return f"the table is built from {spec.from_}, its rows came from {state.upstream}"


def require_same_upstream(name: str, spec: Table, state: TableState) -> None:
    """Raise LS514 for a table whose rows came from another table than its spec names."""
    difference = other_upstream(spec, state)
    if difference:
        hint = (
            "put `from` back as it was, or rebuild the table: `lakesmith run "
            f"--rebuild --select {name}`"
        )
        raise WriteError(difference, code="LS514", where=name, hint=hint)


def other_source(spec: Table, state: TableState) -> str:
    """Return what becomes of the rows of a table whose spec names another source.

    Examples
    --------
    >>> spec = Table.model_validate({"from": "sources.new"})
    >>> other_source(spec, TableState("bronze.a", version=3, upstream="sources.old"))
    'its rows came from sources.old: they stay, and every file of sources.new comes beside them'
    """
    is_other = (
        state.upstream.startswith(SOURCES)
        and spec.from_.startswith(SOURCES)
        and state.upstream != spec.from_
    )
    stay = (
        f"its rows came from {state.upstream}: they stay, and every file of "
        f"{spec.from_} comes beside them"
    )
    return stay if is_other and state.version is not None else ""

"""Find what a rollback of a run undoes, from the states of the ledger alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakesmith.errors import LedgerError
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import Mark, TableState
from lakesmith.spec.graph import waves

if TYPE_CHECKING:
    from lakesmith.spec.model import Project

Rollbacks = Mapping[str, "Rollback"]


@dataclass(frozen=True)
class Rollback:
    """Where one table returns to, and how many of its batches are undone."""

    table: str
    to: Mark
    batches: int
    runs: tuple[str, ...]


def find_rollbacks(
    project: Project, states: Mapping[str, TableState], run_id: str
) -> dict[str, Rollback]:
    """Find the tables of a run, their later batches, and all that was built on those.

    Parameters
    ----------
    project : Project
    states : mapping of str to TableState
    run_id : str

    Returns
    -------
    dict of str to Rollback
        By table, in the order of the graph where possible.

    Raises
    ------
    LedgerError
        LS607 when the ledger does not reach back before the run.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> source = {"format": "csv", "path": "in", "columns": ["id"]}
    >>> tables = {"bronze": {"a": {"from": "sources.s"}}}
    >>> spec = {"name": "shop", "sources": {"s": source}, "tables": tables}
    >>> state = TableState("bronze.a", marks=[Mark(1, "r1", 0), Mark(2, "r2", 5)])
    >>> found = find_rollbacks(Project.model_validate(spec), {"bronze.a": state}, "r2")
    >>> found["bronze.a"].to.version, found["bronze.a"].batches
    (0, 1)
    """
    rollbacks: dict[str, Rollback] = {}
    names = [table for wave in waves(project) for table in wave if table in states]
    before = None
    # A batch may have read a table that is no longer an input, and that comes later in the graph.
    while before != rollbacks:
        before = dict(rollbacks)
        for name in names:
            undone = _rollback_of(project, states[name], run_id, rollbacks)
            if undone is not None:
                rollbacks[name] = undone
    return rollbacks


def _rollback_of(
    project: Project, state: TableState, run_id: str, rollbacks: Rollbacks
) -> Rollback | None:
    """Return what is undone of a table, given what is undone of others."""
    for number, mark in enumerate(state.marks):
        if mark.run_id == run_id or _reads_undone(mark, project, state, rollbacks):
            return _to_before(state, number)
    begun = (state.open, _refused_intent(state))
    if any(_is_begun_on_undone(intent, rollbacks) for intent in begun):
        return _to_before(state, len(state.marks))
    return None


def _to_before(state: TableState, first: int) -> Rollback:
    """Return the rollback that undoes a batch and those after it."""
    if first == 0 and not state.whole:
        raise LedgerError(
            f"the ledger does not know where {state.table} stood before that run",
            code="LS607",
            where=state.table,
            hint="a rollback cannot go back past a rebuild; fix the input or the "
            "spec, then `lakesmith run --rebuild`",
        )
    to = state.marks[first - 1] if first else Mark()
    undone = state.marks[first:]
    runs = tuple(dict.fromkeys(mark.run_id for mark in undone))
    return Rollback(state.table, to, len(undone), runs)


def _reads_undone(
    mark: Mark, project: Project, state: TableState, rollbacks: Rollbacks
) -> bool:
    if mark.reads:
        return _any_undone(mark.reads.items(), rollbacks)
    # An older ledger has only how far the upstream was read, and what was looked up.
    spec = project.table(state.table)
    upstream = mark.upstream or spec.from_
    reads = [(upstream, mark.since), *_looked_up(mark, spec.inputs)]
    return _any_undone(reads, rollbacks)


def _looked_up(mark: Mark, inputs: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Yield the inputs that a batch of an older ledger looked up.

    Of a name that is no input any more it is every input.
    """
    for key, version in mark.lookups.items():
        tables = [inputs[key]] if key in inputs else inputs.values()
        for table in tables:
            yield table, version


def _refused_intent(state: TableState) -> Intent | None:
    if state.refused is None:
        return None
    intent = state.refused["intent"]
    return Intent.from_dict(state.table, state.epoch, state.batch, intent)


def _is_begun_on_undone(intent: Intent | None, rollbacks: Rollbacks) -> bool:
    return intent is not None and _any_undone(intent.reads.items(), rollbacks)


def _any_undone(reads: Iterable[tuple[str, int | None]], rollbacks: Rollbacks) -> bool:
    return any(
        table in rollbacks and _is_after(version, rollbacks[table].to)
        for table, version in reads
    )


def _is_after(version: int | None, to: Mark) -> bool:
    return version is not None and (to.version is None or version > to.version)

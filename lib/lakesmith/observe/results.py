"""Define the results of a plan and of a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from lakesmith.batch.counts import Counts

if TYPE_CHECKING:
    from lakesmith.quality.check_result import CheckResult

TableOutcome = Literal[
    "done",
    "nothing_new",
    "refused",
    "kept_last_good",
    "alerted",
    "failed",
    "skipped",
    "rolled_back",
    "maintained",
]
RunOutcome = Literal[
    "done",
    "degraded",
    "nothing_new",
    "refused",
    "failed",
    "rolled_back",
    "interrupted",
    "maintained",
]


@dataclass(frozen=True)
class Parked:
    """Hold a parked input with its reason."""

    source: str
    path: str
    reason: str


@dataclass(frozen=True)
class TableResult:
    """What a run did for one table, over all its batches of the run.

    `verdicts` and `version` are those of the last batch.
    """

    table: str
    state: TableOutcome
    batches: int = 0
    counts: Counts = field(default_factory=Counts)
    version: int | None = None
    seconds: float = 0.0
    verdicts: tuple[CheckResult, ...] = ()
    parked: tuple[Parked, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class RunResult:
    """Hold what a run did, one entry a table in the order of the graph."""

    run_id: str
    state: RunOutcome
    tables: tuple[TableResult, ...]
    published: int | None = None
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON.

        Examples
        --------
        >>> RunResult("r1", "done", ()).to_dict()
        {'run_id': 'r1', 'state': 'done', 'tables': (), 'published': None, 'seconds': 0.0}
        """
        return asdict(self)


@dataclass(frozen=True)
class PlannedTable:
    """What a run would do for one table.

    `schema` is how the columns that its spec declares differ from the table, one text a difference.
    `joins` says for each join what happens when its input changes, and which plan it takes.
    """

    table: str
    wave: int
    strategy: str
    inputs: tuple[str, ...]
    new: str
    reads: str = ""
    extra_scans: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    schema: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a run would do, table by table in the order of the graph."""

    tables: tuple[PlannedTable, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON.

        Examples
        --------
        >>> table = PlannedTable("gold.a", 2, "append", ("silver.a",), "nothing")
        >>> Plan((table,)).to_dict()["tables"][0]["strategy"]
        'append'
        """
        return asdict(self)

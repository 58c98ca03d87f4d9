"""What a plan and a run tell their caller."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from lakesmith.batch.counts import Counts
from lakesmith.quality.check_result import CheckResult

TableState = Literal[
    "done", "nothing_new", "refused", "failed", "skipped", "rolled_back", "maintained"
]
RunState = Literal[
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
    """What a run did for one table, over all its batches of the run."""

    table: str
    state: TableState
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
    state: RunState
    tables: tuple[TableResult, ...]
    published: int | None = None
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class PlannedTable:
    """What a run would do for one table.

    `schema` is how the columns that its spec declares differ from the table, one text a difference.
    """

    table: str
    wave: int
    strategy: str
    inputs: tuple[str, ...]
    new: str
    reads: str = ""
    extra_scans: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    schema: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a run would do, table by table in the order of the graph."""

    tables: tuple[PlannedTable, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)

"""Define what maintenance proposes and what it did."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Action = Literal["retention", "tombstones", "cluster", "optimize", "purge", "vacuum"]
StepState = Literal["proposed", "done", "nothing", "skipped", "failed"]


@dataclass(frozen=True)
class Proposal:
    """Propose one action for a table, with the metrics that say why."""

    action: Action
    is_due: bool
    reason: str
    is_held: bool = False


@dataclass(frozen=True)
class Step:
    """Hold the outcome of one action on one table."""

    table: str
    action: Action | Literal["all"]
    state: StepState
    reason: str
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class MaintenanceResult:
    """Hold what maintenance did or would do, and what it published."""

    run_id: str
    dry_run: bool
    steps: tuple[Step, ...]
    published: int | None = None
    seconds: float = 0.0

    @property
    def failed(self) -> tuple[Step, ...]:
        """The steps that failed.

        Examples
        --------
        >>> step = Step("gold.a", "vacuum", "failed", "2 file(s)", error="disk full")
        >>> MaintenanceResult("r1", False, (step,)).failed == (step,)
        True
        """
        return tuple(step for step in self.steps if step.state == "failed")

    @property
    def errors(self) -> list[str]:
        """What failed and why, one text a step.

        Examples
        --------
        >>> step = Step("gold.a", "vacuum", "failed", "2 file(s)", error="disk full")
        >>> MaintenanceResult("r1", False, (step,)).errors
        ['gold.a: vacuum: disk full']
        """
        return [f"{step.table}: {step.action}: {step.error}" for step in self.failed]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON.

        Examples
        --------
        >>> MaintenanceResult("r1", True, ()).to_dict()
        {'run_id': 'r1', 'dry_run': True, 'steps': (), 'published': None, 'seconds': 0.0}
        """
        return asdict(self)

"""Define the events of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from lakesmith.observe.results import RunState, TableResult


@dataclass(frozen=True)
class RunEvent:
    """Describe one step of a run as it happens.

    Parameters
    ----------
    run_id : str
    """

    kind: ClassVar[str] = ""

    run_id: str


@dataclass(frozen=True)
class RunStarted(RunEvent):
    """Tell that a run holds its warehouse and begins."""

    kind: ClassVar[str] = "run_started"


@dataclass(frozen=True)
class BatchStarted(RunEvent):
    """Tell that the intent of a batch is in the ledger and the batch begins.

    Parameters
    ----------
    table : str
    batch : int
    positions : mapping
        The input of the batch, as its commit records it.
    """

    kind: ClassVar[str] = "table_started"

    table: str
    batch: int
    positions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BatchFinished(RunEvent):
    """Tell how a batch ended.

    Parameters
    ----------
    table : str
    batch : int
    result : TableResult
        The table so far, with its counts, version, check results and error.
    seconds : float
    """

    kind: ClassVar[str] = "table_finished"

    table: str
    batch: int
    result: TableResult
    seconds: float = 0.0


@dataclass(frozen=True)
class TablesPublished(RunEvent):
    """Tell that versions of tables became visible together.

    Parameters
    ----------
    publication : int
    tables : mapping of str to int
        Every published table with its version.
    """

    kind: ClassVar[str] = "published"

    publication: int
    tables: Mapping[str, int]


@dataclass(frozen=True)
class RunFinished(RunEvent):
    """Tell that a run is recorded.

    Parameters
    ----------
    state : str
        Its state, such as ``done`` or ``failed``.
    """

    kind: ClassVar[str] = "run_finished"

    state: RunState

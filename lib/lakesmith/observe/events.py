"""Define the events of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from lakesmith.batch.counts import Counts
    from lakesmith.observe.results import RunOutcome, TableOutcome, TableResult


@dataclass(frozen=True)
class RunEvent:
    """Describe one step of a run as it happens.

    Parameters
    ----------
    run_id : str

    Notes
    -----
    `kind` is its name in logs.
    """

    kind: ClassVar[str] = ""

    run_id: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, for a log or another service.

        Examples
        --------
        >>> RunFinished("r1", "done").to_dict()
        {'event': 'run_finished', 'run_id': 'r1', 'state': 'done'}
        """
        return {"event": self.kind, **asdict(self)}


@dataclass(frozen=True)
class RunStarted(RunEvent):
    """Report that a run holds its warehouse and begins."""

    kind: ClassVar[str] = "run_started"


@dataclass(frozen=True)
class InputParked(RunEvent):
    """Report that a part of a source was left out.

    Parameters
    ----------
    table, source : str
        The table that reads the source.
    part : str
        What was left out, such as the path of a file.
    reason : str
    """

    kind: ClassVar[str] = "input_parked"

    table: str
    source: str
    part: str
    reason: str


@dataclass(frozen=True)
class BatchStarted(RunEvent):
    """Report that the intent of a batch is in the ledger and the batch begins.

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
    positions: Mapping[str, Any]


@dataclass(frozen=True)
class BatchFinished(RunEvent):
    """Report how a batch ended.

    Parameters
    ----------
    table : str
    batch : int
    positions : mapping
        The input of the batch, as its commit records it.
    seconds : float
    result : TableResult
        The table so far, over all batches of the run.
    """

    kind: ClassVar[str] = "table_finished"

    table: str
    batch: int
    positions: Mapping[str, Any]
    seconds: float
    result: TableResult


@dataclass(frozen=True)
class BatchWritten(BatchFinished):
    """Report that a batch is in its table, not yet published.

    Parameters
    ----------
    version : int
        The version of the table that holds it.
    counts : Counts
    metrics : mapping of str to int
        What Delta counted of the commit.
    schema : mapping of str to str
        The types of the columns that were written, without technical ones.
    """

    version: int
    counts: Counts
    metrics: Mapping[str, int]
    schema: Mapping[str, str]


@dataclass(frozen=True)
class BatchRefused(BatchFinished):
    """Report that a check refuses the publication of a batch.

    Parameters
    ----------
    version : int
        The version that holds the batch until the next run undoes it.
    """

    version: int


@dataclass(frozen=True)
class RefusalAlert(RunEvent):
    """Report that a check refuses a batch and the run goes on, as `on_refusal` says.

    It also reports rows that a delete elsewhere orphaned in a table that has no new batch.

    Parameters
    ----------
    table : str
    batch : int
    outcome : str
        ``kept_last_good``, or ``alerted`` for a batch that is published.
    version : int
        The version that holds the batch.
    problems : str
        The checks that refuse it.
    """

    kind: ClassVar[str] = "refusal_alert"

    table: str
    batch: int
    outcome: TableOutcome
    version: int
    problems: str


@dataclass(frozen=True)
class BatchFailed(BatchFinished):
    """Report that an error ended a batch.

    Parameters
    ----------
    error : str
        With its code, place and next step.
    """

    error: str


@dataclass(frozen=True)
class TablesPublished(RunEvent):
    """Report that versions of tables became visible together.

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
    """Report that a run is recorded.

    Parameters
    ----------
    state : str
        Its state, such as ``done`` or ``failed``.
    """

    kind: ClassVar[str] = "run_finished"

    state: RunOutcome

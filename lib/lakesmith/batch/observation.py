"""Observe metrics on a write, and await them with a time limit, since they may never come."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread
from typing import Any

from pyspark.sql import Column, DataFrame, Observation

SECONDS = 20.0


class ObservedMetrics:
    """Named metrics of one frame, observed when the frame is written.

    Parameters
    ----------
    columns : sequence of Column
        Aggregate expressions with aliases.

    Examples
    --------
    >>> from pyspark.sql import functions as F
    >>> metrics = ObservedMetrics([F.count(F.lit(1)).alias("rows")])
    >>> metrics.on(spark.range(3)).collect() and metrics.get()
    {'rows': 3}
    >>> metrics.compute(spark.range(2))
    {'rows': 2}
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = list(columns)
        self._observation = Observation()

    def on(self, frame: DataFrame) -> DataFrame:
        """Return the frame with the observation attached.

        The first action on it fills the metrics. *Columns*: as they are.
        """
        return frame.observe(self._observation, *self.columns)

    def get(self) -> dict[str, Any] | None:
        """Return the metrics, or None when they do not come in time or the plan lost them."""
        received: list[dict[str, Any]] = []
        thread = Thread(target=self._fetch, args=(received,), daemon=True)
        thread.start()
        thread.join(SECONDS)
        # Over Spark Connect metrics that never came are empty.
        return received[0] or None if received else None

    def compute(self, frame: DataFrame) -> dict[str, Any]:
        """Return the metrics by one aggregate over the frame, where `get` returned none."""
        row = frame.agg(*self.columns).first()
        return row.asDict() if row is not None else {}

    def _fetch(self, received: list[dict[str, Any]]) -> None:
        try:
            received.append(self._observation.get)
        except Exception:
            return

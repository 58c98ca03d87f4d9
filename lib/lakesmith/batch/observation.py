"""Figures observed on a write: read with a time limit, since an observation may never come."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread
from typing import Any

from pyspark.sql import Column, DataFrame, Observation

SECONDS = 20.0


class Figures:
    """Named figures of one frame, observed when the frame is written.

    Parameters
    ----------
    columns : sequence of Column
        Aggregate expressions with aliases.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = list(columns)
        self._observation = Observation()

    def on(self, frame: DataFrame) -> DataFrame:
        """Return the frame with the observation attached; the first action on it fills the figures."""
        return frame.observe(self._observation, *self.columns)

    def get(self) -> dict[str, Any] | None:
        """Return the figures, or None when they do not come in time or the plan lost them."""
        found: list[dict[str, Any]] = []
        thread = Thread(target=self._fetch, args=(found,), daemon=True)
        thread.start()
        thread.join(SECONDS)
        return (
            found[0] or None if found else None
        )  # over Spark Connect figures that never came are empty

    def _fetch(self, found: list[dict[str, Any]]) -> None:
        try:
            found.append(self._observation.get)
        except Exception:
            return

    def compute(self, frame: DataFrame) -> dict[str, Any]:
        """Return the figures by one aggregate over the frame: the fall-back of `get`."""
        row = frame.agg(*self.columns).first()
        return row.asDict() if row is not None else {}

"""Say which plan a join takes, why, and on which estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.sql import DataFrame

from lakesmith.types import Transform


@dataclass(frozen=True)
class JoinChoice:
    """Hold the plan that a join takes.

    Parameters
    ----------
    step : str
        The join as a spec names it, such as ``join_as_of``.
    method : str
        The plan, such as ``broadcast``, ``salted``, ``union``.
    why : str
        One sentence on what decided it.
    estimates : mapping of str to float
        The numbers that it was decided on, by name.

    Examples
    --------
    >>> str(JoinChoice("join_lookup", "broadcast", "41 rows are below 10,000", {"rows": 41}))
    'join_lookup: broadcast, 41 rows are below 10,000 (rows 41)'
    """

    step: str
    method: str
    why: str
    estimates: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the choice in one line."""
        numbers = [f"{name} {value:,}" for name, value in self.estimates.items()]
        choice = f"{self.step}: {self.method}, {self.why}"
        if not numbers:
            return choice
        known = ", ".join(numbers)
        return f"{choice} ({known})"


@dataclass(frozen=True)
class PlannedJoin:
    """Join as a choice says, as a transformation that chains with ``.transform``.

    Parameters
    ----------
    apply : callable
        DataFrame -> DataFrame
    choice : JoinChoice

    Examples
    --------
    >>> choice = JoinChoice("join", "sort merge", "no side is small")
    >>> PlannedJoin(lambda df: df.limit(1), choice)(spark.range(3)).count()
    1
    """

    apply: Transform
    choice: JoinChoice

    def __call__(self, df: DataFrame) -> DataFrame:
        """Return the joined rows.

        *Columns*: as the join says that made it.
        """
        return self.apply(df)

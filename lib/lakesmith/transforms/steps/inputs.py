"""Hold the declared inputs of a table as its steps get them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pyspark.sql import DataFrame

from lakesmith.sketches.stored_filter import StoredFilter

FilterOf = Callable[[str], StoredFilter | None]


def _none(name: str) -> StoredFilter | None:
    return None


class StepInputs(dict[str, DataFrame]):
    """The inputs by name, with the filters that their tables keep of their keys.

    Parameters
    ----------
    frames : mapping of str to DataFrame
    filter_of : callable
        The name of an input to the filter of its keys; None where there is none that has all keys
        of this frame.

    Examples
    --------
    >>> inputs = StepInputs({"codes": spark.range(1)})
    >>> list(inputs), inputs.filter_of("codes")
    (['codes'], None)
    """

    def __init__(
        self, frames: Mapping[str, DataFrame], filter_of: FilterOf = _none
    ) -> None:
        super().__init__(frames)
        self.filter_of = filter_of

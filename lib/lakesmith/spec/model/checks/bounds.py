"""Define the bounds that several checks take."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from lakesmith.spec.model.base import Model
from lakesmith.spec.yaml.provenance import Finding

Bound = int | float | str
# The type of the error that fields are missing of which one would do.
NEEDS = "check_needs"


class Bounds(Model):
    """A least and a greatest value. At least one of them is given."""

    min: Bound | None = Field(None, description="The least value that passes.")
    max: Bound | None = Field(None, description="The greatest value that passes.")

    @model_validator(mode="after")
    def _has_one(self) -> Bounds:
        if not self.bounds():
            fields = {"fields": "'min' or 'max'"}
            raise PydanticCustomError(NEEDS, "it needs {fields}", fields)
        return self

    def bounds(self) -> dict[str, Bound]:
        """Return the bounds that are given, by key.

        Examples
        --------
        >>> Bounds(max=9).bounds()
        {'max': 9}
        """
        given: dict[str, Bound] = {}
        if self.min is not None:
            given["min"] = self.min
        if self.max is not None:
            given["max"] = self.max
        return given


def order_findings(bounds: Bounds) -> Iterator[Finding]:
    """Find bounds that cannot be compared with each other, or that hold nothing.

    Examples
    --------
    >>> [one.what for one in order_findings(Bounds(min=3, max=2))]
    ["'max' 2 is below 'min' 3"]
    """
    low = bounds.min
    high = bounds.max
    if low is None or high is None:
        return
    if isinstance(low, str) or isinstance(high, str):
        if type(low) is not type(high):
            what = "'min' and 'max' are of different kinds, text and number"
            hint = "write both as numbers, or both as quoted text"
            yield Finding("LS141", "max", what, hint)
    elif low > high:
        yield empty_range(bounds)


def empty_range(bounds: Bounds) -> Finding:
    """Return the finding for bounds that hold no value."""
    what = f"'max' {bounds.max} is below 'min' {bounds.min}"
    return Finding("LS141", "max", what, "swap or change the bounds")


def count_findings(bounds: Bounds) -> Iterator[Finding]:
    """Find bounds that no count can be compared with.

    Examples
    --------
    >>> [one.key for one in count_findings(Bounds(min=-1, max=0.5))]
    ['min', 'max']
    """
    for key, bound in bounds.bounds().items():
        is_count = isinstance(bound, int) and bound >= 0
        if not is_count:
            what = f"'{key}' is {bound!r}, a whole number of 0 or more expected"
            yield Finding("LS141", key, what, "change the bound")
    yield from order_findings(bounds)

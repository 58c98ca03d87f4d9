"""Read the limits of `cap`, a value or what is computed from frozen statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lakesmith.spec.step_kinds.statistics import Statistic

METHODS = ("quantile", "zscore", "iqr")


@dataclass(frozen=True)
class Limit:
    """Hold a limit of `cap`.

    Parameters
    ----------
    method : str
        ``value``, ``quantile``, ``zscore`` or ``iqr``.
    given : str, int, float or bool
        The value, the rank of the quantile, or how many deviations or ranges it is away.
    """

    method: str
    given: Any

    def needs(self, column: str, reference: str) -> tuple[Statistic, ...]:
        """Return the frozen statistics that the limit is computed from.

        Examples
        --------
        >>> [str(one) for one in Limit("zscore", 3).needs("amount", "")]
        ["mean of 'amount'", "stddev of 'amount'"]
        """
        named = {
            "quantile": (("quantile", self.given),),
            "zscore": (("mean", None), ("stddev", None)),
            "iqr": (("quantile", 0.25), ("quantile", 0.75)),
        }
        return tuple(
            Statistic(column, name, rank, reference=reference)
            for name, rank in named.get(self.method, ())
        )

    def __str__(self) -> str:
        """Return the limit in words."""
        if self.method == "value":
            return f"{self.given}"
        return f"{self.method} {self.given}"


def read_limit(value: Any) -> Limit:
    """Read a limit as a spec writes it.

    Raises
    ------
    ValueError
        When it is none.

    Examples
    --------
    >>> read_limit(0), read_limit({"quantile": 0.99})
    (Limit(method='value', given=0), Limit(method='quantile', given=0.99))
    >>> read_limit({"quantile": 99})
    Traceback (most recent call last):
    ...
    ValueError: the rank of a quantile is from 0 to 1, found 99
    """
    if isinstance(value, str | int | float):
        return Limit("value", value)
    if not isinstance(value, Mapping) or len(value) != 1:
        raise ValueError(f"a limit is a value or one of {', '.join(METHODS)}")
    ((method, given),) = value.items()
    if method not in METHODS:
        raise ValueError(
            f"there is no limit '{method}'; there are {', '.join(METHODS)}"
        )
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"{method} takes a number, found {given!r}")
    if method == "quantile" and not 0 <= given <= 1:
        raise ValueError(f"the rank of a quantile is from 0 to 1, found {given}")
    # Not so for NaN.
    if not 0 <= given < float("inf"):
        raise ValueError(f"{method} takes a number from 0 on, found {given}")
    return Limit(str(method), given)

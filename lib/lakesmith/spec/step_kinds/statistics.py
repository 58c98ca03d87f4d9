"""Define the frozen statistics of a table, and how a step asks for one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import core_schema

# What an intent writes down beside the versions of tables, which have other names.
_PREFIX = "ops.references of "


@dataclass(frozen=True)
class Statistic:
    """Name one statistic of a column, over all rows or by groups.

    Parameters
    ----------
    column : str
    name : str
        ``mean``, ``stddev``, ``median``, ``mode`` or ``quantile``.
    rank : float, optional
        Of a quantile, 0 to 1.
    by : tuple of str
        The columns of the groups.
    reference : str
        The table whose statistic it is; empty for the table of the step.

    Examples
    --------
    >>> str(Statistic("amount", "quantile", 0.01)), str(Statistic("amount", "median", by=("shop",)))
    ("quantile 0.01 of 'amount'", "median of 'amount' by shop")
    """

    column: str
    name: str
    rank: float | None = None
    by: tuple[str, ...] = ()
    reference: str = ""

    def __str__(self) -> str:
        """Return the statistic in words."""
        name = self.name
        if self.rank is not None:
            name = f"{name} {self.rank:g}"
        of_column = f"{name} of '{self.column}'"
        if not self.by:
            return of_column
        groups = ", ".join(self.by)
        return f"{of_column} by {groups}"

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from the other statistics of its table, whatever the case of names."""
        by = tuple(name.lower() for name in self.by)
        column = self.column.lower()
        rank = self.rank
        if rank is not None:
            rank = float(rank)
        return (column, self.name, rank, by)


@dataclass(frozen=True)
class Value:
    """Hold a value as text that a cast to its type gives back exactly."""

    text: str
    type: str


@dataclass(frozen=True)
class Groups:
    """Hold the values of groups.

    Parameters
    ----------
    types : tuple of str
        The types of the columns of the groups.
    values : mapping of tuple to Value
        By the values of these columns as texts, None for NULL.
    """

    types: tuple[str, ...]
    values: Mapping[tuple[str | None, ...], Value]


@dataclass(frozen=True)
class Frozen:
    """Hold one version of the frozen statistics of a table.

    Examples
    --------
    >>> median = Statistic("amount", "median")
    >>> frozen = Frozen("silver.orders", 2, {median.key: Value("4.50", "decimal(8,2)")})
    >>> frozen.value(median).text, frozen.has(Statistic("amount", "mean"))
    ('4.50', False)
    >>> str(frozen)
    'version 2 of the frozen statistics of silver.orders'
    """

    table: str
    version: int
    values: Mapping[tuple[object, ...], Value] = field(default_factory=dict)
    groups: Mapping[tuple[object, ...], Groups] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the version in words."""
        return f"version {self.version} of the frozen statistics of {self.table}"

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> core_schema.CoreSchema:
        """Take no mapping for it, since a spec cannot write one."""
        return core_schema.is_instance_schema(cls)

    def has(self, statistic: Statistic) -> bool:
        """Return whether it has a statistic."""
        key = statistic.key
        return key in self.values or key in self.groups

    def value(self, statistic: Statistic) -> Value:
        """Return the value of a statistic of all rows."""
        return self.values[statistic.key]

    def of_groups(self, statistic: Statistic) -> Groups:
        """Return the values of a statistic by groups."""
        return self.groups[statistic.key]


def frozen_key(table: str) -> str:
    """Return the name of a table's frozen statistics among the references of an intent.

    Examples
    --------
    >>> frozen_table(frozen_key("silver.orders")), frozen_table("silver.orders")
    ('silver.orders', None)
    """
    return f"{_PREFIX}{table}"


def frozen_table(key: str) -> str | None:
    """Return the table whose frozen statistics a reference of an intent names, if it does."""
    if not key.startswith(_PREFIX):
        return None
    return key.removeprefix(_PREFIX)

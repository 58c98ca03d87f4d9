"""Hold the versions of a history, with the interval in which each is valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import kind_of, named
from lakesmith.transforms.axis import EARLIEST, position
from lakesmith.transforms.joins.timed.rows import by_place, fields_by_place


@dataclass(frozen=True)
class Versions:
    """Hold the versions of a history, the key, the interval and what is taken of them.

    Parameters
    ----------
    rows : DataFrame
    on : tuple of str
        The columns of the key.
    taken : mapping of str to str
        The name here to the column there.
    valid_from, valid_to : str
        The half-open interval of a version; NULL is open on its side.

    Examples
    --------
    >>> rows = spark.sql("SELECT 'a' AS code, 'tea' AS name, 1 AS since, 5 AS until")
    >>> Versions(rows, ("code",), {"what": "name"}, "since", "until").kind("since")
    'int'
    """

    rows: DataFrame
    on: tuple[str, ...]
    taken: Mapping[str, str]
    valid_from: str
    valid_to: str

    def kind(self, name: str) -> str:
        """Return the type of a column."""
        return kind_of(self.rows, name)

    @property
    def begin(self) -> Column:
        """The position at which a version begins."""
        kind = self.kind(self.valid_from)
        begin = position(named(self.valid_from), kind)
        return F.coalesce(begin, F.lit(EARLIEST))

    @property
    def end(self) -> Column:
        """The first position after a version, NULL where it is open."""
        kind = self.kind(self.valid_to)
        return position(named(self.valid_to), kind)

    @property
    def of_some_length(self) -> DataFrame:
        """The versions that are valid at some time; an empty or reversed one is at none.

        *Columns*: those of the versions.
        """
        is_open = self.end.isNull()
        has_length = self.begin < self.end
        return self.rows.filter(is_open | has_length)

    @property
    def values(self) -> dict[str, Column]:
        """The columns taken, by their place."""
        return by_place("v", self.taken.values())

    def shown(self, version: Column) -> list[Column]:
        """Return the columns taken from the struct of a version, under their names here."""
        return fields_by_place(version, "v", self.taken)

"""Hold what the log says of the rows of a table, file by file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakesmith.tables.statistics.values import partition_value, statistic

if TYPE_CHECKING:
    from lakesmith.tables.statistics.values import Interval


@dataclass(frozen=True)
class Field:
    """A column of the table.

    Parameters
    ----------
    name : str
    kind : str
        Type as `simpleString`.
    physical : str
        Its name in files and in the log.
    is_partition : bool
    """

    name: str
    kind: str
    physical: str
    is_partition: bool = False


@dataclass(frozen=True)
class FileColumn:
    """What is known of one column in one file.

    Parameters
    ----------
    rows : int, optional
        Rows that are there; None where it is not known, as all others.
    nulls : int, optional
        Rows without a value.
    least, greatest : (value, value), optional
        Between which values the least and the greatest one lie, both the same where it is known.

    Examples
    --------
    >>> FileColumn(3, 1, (5, 5), (9, 9)).values, FileColumn(3, 3).is_empty
    (2, True)
    """

    rows: int | None = None
    nulls: int | None = None
    least: Interval | None = None
    greatest: Interval | None = None

    @property
    def values(self) -> int | None:
        """Rows with a value."""
        if self.rows is None or self.nulls is None:
            return None
        return self.rows - self.nulls

    @property
    def is_empty(self) -> bool:
        """True where no row has a value."""
        return self.rows == 0 or self.values == 0


@dataclass(frozen=True)
class File:
    """A data file of the table.

    Parameters
    ----------
    statistics : mapping
        As in the log; empty where there are none.
    partition : mapping of str to str
        Value by physical name.
    deleted : int
        Rows that a deletion vector takes away.
    size : int
        Bytes.

    Examples
    --------
    >>> File({"numRecords": 5}, {}, deleted=2).rows, File({}, {}).rows
    (3, None)
    """

    statistics: Mapping[str, Any]
    partition: Mapping[str, str | None]
    deleted: int = 0
    size: int = 0

    @property
    def records(self) -> int | None:
        """Rows in the file, deleted ones included."""
        return _count(self.statistics.get("numRecords"))

    @property
    def rows(self) -> int | None:
        """Rows that are there."""
        if self.records is None:
            return None
        return self.records - self.deleted

    @property
    def is_loose(self) -> bool:
        """True where statistics are those of more rows than are there."""
        are_tight = self.statistics.get("tightBounds")
        return self.deleted > 0 or are_tight is False

    def column(self, field: Field) -> FileColumn:
        """Return what is known of a column.

        Examples
        --------
        >>> found = {"numRecords": 2, "minValues": {"n": 1}, "maxValues": {"n": 5},
        ...     "nullCount": {"n": 1}}
        >>> file = File(found, {"day": "2024-01-01"})
        >>> file.column(Field("n", "int", "n"))
        FileColumn(rows=2, nulls=1, least=(Decimal('1'), Decimal('1')),
            greatest=(Decimal('5'), Decimal('5')))
        >>> file.column(Field("day", "date", "day", is_partition=True)).least
        (19723, 19723)
        """
        if field.is_partition:
            return self._of_partition(field)
        least = self._bound("minValues", field)
        greatest = self._bound("maxValues", field)
        if self.is_loose:
            outer = (least[0], greatest[1]) if least and greatest else None
            least = greatest = outer
        return FileColumn(self.rows, self._nulls(field), least, greatest)

    def _of_partition(self, field: Field) -> FileColumn:
        text = self.partition.get(field.physical)
        if not text:  # Delta writes NULL as nothing or as the empty text
            return FileColumn(self.rows, self.rows)
        try:
            value = partition_value(text, field.kind)
        except ValueError:
            return FileColumn(self.rows, 0)
        return FileColumn(self.rows, 0, (value, value), (value, value))

    def _nulls(self, field: Field) -> int | None:
        nulls = _count(_entry(self.statistics, "nullCount", field))
        if nulls is None or self.rows is None:
            return None
        if not self.is_loose:
            return nulls if nulls <= self.rows else None
        known = {0: 0, self.records: self.rows}
        return known.get(nulls)

    def _bound(self, which: str, field: Field) -> Interval | None:
        value = _entry(self.statistics, which, field)
        try:
            if value is None:
                return None
            return statistic(value, field.kind)
        except (ValueError, ArithmeticError):
            return None


@dataclass(frozen=True)
class TableStatistics:
    """What the log says of one version of a table."""

    version: int
    fields: tuple[Field, ...]
    files: tuple[File, ...]

    @property
    def types(self) -> dict[str, str]:
        """The columns and their types."""
        return {field.name: field.kind for field in self.fields}

    @property
    def rows(self) -> int | None:
        """How many rows there are, None where a file does not say."""
        return sum_known([file.rows for file in self.files])

    def column(self, name: str) -> list[FileColumn] | None:
        """Return what is known of a column in each file, None where there is no such column."""
        for field in self.fields:
            if field.name.lower() == name.lower():
                return [file.column(field) for file in self.files]
        return None


def sum_known(counts: Sequence[int | None]) -> int | None:
    """Return the sum of counts, None where one is not known.

    Examples
    --------
    >>> sum_known([1, 2]), sum_known([]), sum_known([1, None])
    (3, 0, None)
    """
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


def _entry(statistics: Mapping[str, Any], which: str, field: Field) -> Any:
    entries = statistics.get(which)
    if not isinstance(entries, dict):
        return None
    return entries.get(field.physical)


def _count(value: Any) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and value >= 0:
        return int(value)
    return None

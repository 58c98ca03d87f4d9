"""Find the files of a table that can hold what a batch touches, from the log's statistics."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

if TYPE_CHECKING:
    from lakesmith.tables.pruning.key_bounds import Touched
    from lakesmith.tables.pruning.ranges import Span
    from lakesmith.tables.ref import TableRef

MILLISECOND = dt.timedelta(milliseconds=1)
# Spark writes instants as INT96, which others read as nanoseconds: they hold these years only.
NANOSECONDS = (
    dt.datetime(1678, 1, 1, tzinfo=dt.timezone.utc),
    dt.datetime(2262, 1, 1, tzinfo=dt.timezone.utc),
)


@dataclass(frozen=True)
class Files:
    """Count files of a table, with their rows and bytes.

    Parameters
    ----------
    actions : pyarrow.Table
        A row for each file, with statistics in columns such as ``min.id``.

    Examples
    --------
    >>> from lakesmith.tables.pruning.key_bounds import Touched
    >>> statistics = {"num_records": [10, 5], "size_bytes": [900, 400]}
    >>> keys = {"min.id": [1, 50], "max.id": [40, 90], "null_count.id": [0, 0]}
    >>> files = Files(pa.table({**statistics, **keys}))
    >>> files.count, files.rows, files.bytes
    (2, 15, 1300)
    >>> files.matching(Touched({"id": frozenset([60])})).rows
    5
    """

    actions: pa.Table

    @property
    def count(self) -> int:
        """How many files."""
        return int(self.actions.num_rows)

    @property
    def rows(self) -> int | None:
        """Their rows, None when a file was written without statistics."""
        rows = self.actions["num_records"]
        if rows.null_count:
            return None
        return int(pc.sum(rows).as_py() or 0)

    @property
    def bytes(self) -> int:
        """Their bytes."""
        return int(pc.sum(self.actions["size_bytes"]).as_py() or 0)

    def in_nanoseconds(self, column: str) -> bool:
        """Return whether all instants of a column are known to be in years that nanoseconds hold.

        Examples
        --------
        >>> times = pa.array([dt.datetime(2026, 1, 1)], pa.timestamp("us", "UTC"))
        >>> Files(pa.table({"min.at": times, "max.at": times})).in_nanoseconds("at")
        True
        """
        low = self._statistic(f"min.{column}")
        high = self._statistic(f"max.{column}")
        if low is None or high is None:
            return False
        first, last = NANOSECONDS
        begins_inside = pc.greater_equal(low, first)
        ends_inside = pc.less(high, last)
        inside = pc.and_kleene(begins_inside, ends_inside)
        return bool(pc.all(inside.fill_null(False)).as_py()) or self.count == 0

    def spans_of(self, column: str) -> list[tuple[Any, Any, int]]:
        """Return smallest and greatest value of a column and the rows of each file, in order.

        Examples
        --------
        >>> statistics = {"num_records": [10, 5], "min.id": [50, 1], "max.id": [90, 40]}
        >>> Files(pa.table(statistics)).spans_of("id")
        [(1, 40, 5), (50, 90, 10)]
        """
        low, high = self._ends(column)
        if low is None or high is None:
            return []
        columns = (low, high, self.actions["num_records"])
        spans = zip(*[values.to_pylist() for values in columns], strict=True)
        return sorted(span for span in spans if None not in span)

    def matching(self, touched: Touched) -> Files:
        """Return the files that can hold a row with touched values."""
        keep = self._every(True)
        for name in touched.values:
            can_hold = self._can_hold(name, touched)
            keep = pc.and_(keep, can_hold)

        return Files(self.actions.filter(keep))

    def _can_hold(self, name: str, touched: Touched) -> pa.ChunkedArray:
        """Return for each file whether it can hold a value.

        A missing statistic excludes nothing.
        """
        values = touched.values[name]
        low, high = self._ends(name)
        has_nan = any(value != value for value in values)
        if low is None or high is None or has_nan:
            return self._every(True)
        try:
            tests = [_overlap(low, high, span) for span in touched.ranges(name)]
        except (pa.ArrowException, OverflowError):  # statistics of another type
            return self._every(True)
        tests += [self._has_null(name)] if None in values else []
        found = self._every(False)
        for test in tests:
            found = pc.or_kleene(found, test)

        return found.fill_null(not self._is_partition(name))

    def _has_null(self, name: str) -> pa.ChunkedArray:
        if self._is_partition(name):
            return self.actions[f"partition.{name}"].is_null()
        nulls = self._statistic(f"null_count.{name}")
        if nulls is None:
            return self._every(True)
        return pc.greater(nulls, 0)

    def _ends(self, name: str) -> tuple[pa.ChunkedArray | None, pa.ChunkedArray | None]:
        """Return smallest and greatest value of a column in each file."""
        if self._is_partition(name):
            value = self.actions[f"partition.{name}"]
            return value, value
        low = self._statistic(f"min.{name}")
        high = self._statistic(f"max.{name}")
        return low, high

    def _is_partition(self, name: str) -> bool:
        return f"partition.{name}" in self.actions.column_names

    def _statistic(self, name: str) -> pa.ChunkedArray | None:
        if name not in self.actions.column_names:
            return None
        return self.actions[name]

    def _every(self, value: bool) -> pa.ChunkedArray:
        values = pa.array(
            [value] * self.count,
            pa.bool_(),
        )
        return pa.chunked_array([values])


def _overlap(
    low: pa.ChunkedArray, high: pa.ChunkedArray, span: Span
) -> pa.ChunkedArray:
    first, last = span
    # Instants are cut to milliseconds in the log.
    if isinstance(first, dt.datetime) and first.year > 1:
        first = first - MILLISECOND
    start = pa.scalar(first, low.type)
    end = pa.scalar(last, low.type)
    ends_after = pc.greater_equal(high, start)
    begins_before = pc.less_equal(low, end)
    return pc.and_kleene(ends_after, begins_before)


def files_of(table: DeltaTable) -> Files:
    """Return the files of a table's version."""
    return Files(pa.table(table.get_add_actions(flatten=True)))


def table_files(table: TableRef) -> Files | None:
    """Return the files of a table on a local path, or None where its log cannot be read.

    Examples
    --------
    >>> from lakesmith.tables.ref import TableRef
    >>> table_files(TableRef("silver.a", "main.silver.a", by_name=True))
    """
    if table.local is None or not table.exists(None):
        return None
    try:
        return files_of(DeltaTable(table.location))
    except (DeltaError, OSError):
        return None


def expected_merge(table: TableRef, touched: Touched) -> dict[str, int]:
    """Return the expected metrics of a MERGE, as far as the log of a local table has them."""
    files = table_files(table)
    return expected_write(
        files.matching(touched) if files else None,
        None,
    )


def expected_write(files: Files | None, rows: int | None) -> dict[str, int]:
    """Return the expected metrics of a write from the files that can match.

    A row is taken to be as long as those of the files that match.

    Examples
    --------
    >>> files = Files(pa.table({"num_records": [10], "size_bytes": [900]}))
    >>> expected_write(files, 2), expected_write(files, None), expected_write(None, 2)
    ({'files': 1, 'rows': 2, 'bytes': 180}, {'files': 1}, {})
    """
    if files is None:
        return {}
    metrics = {"files": files.count}
    if rows is not None:
        metrics["rows"] = rows
    if rows is not None and files.rows:
        metrics["bytes"] = rows * files.bytes // files.rows
    return metrics

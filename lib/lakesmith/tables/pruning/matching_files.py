"""Find the files of a table that can hold what a batch touches, from the log's statistics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from deltalake import DeltaTable

from lakesmith.tables.pruning.key_bounds import Touched
from lakesmith.tables.pruning.ranges import Span

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
        return None if rows.null_count else int(pc.sum(rows).as_py() or 0)

    @property
    def bytes(self) -> int:
        """Their bytes."""
        return int(pc.sum(self.actions["size_bytes"]).as_py() or 0)

    def in_nanoseconds(self, column: str) -> bool:
        """Tell whether all instants of a column are known to be in years that nanoseconds hold."""
        low, high = (self._figures(f"{end}.{column}") for end in ("min", "max"))
        if low is None or high is None:
            return False
        inside = pc.and_kleene(
            pc.greater_equal(low, NANOSECONDS[0]), pc.less(high, NANOSECONDS[1])
        )
        return bool(pc.all(inside.fill_null(False)).as_py()) or self.count == 0

    def _figures(self, name: str) -> pa.ChunkedArray | None:
        return self.actions[name] if name in self.actions.column_names else None

    def spans_of(self, column: str) -> list[tuple[Any, Any, int]]:
        """Return smallest and greatest value of a column in each file, in order."""
        partition = self._figures(f"partition.{column}")
        low, high = (
            self._figures(f"{end}.{column}") if partition is None else partition
            for end in ("min", "max")
        )
        if low is None or high is None:
            return []
        cells = zip(
            low.to_pylist(),
            high.to_pylist(),
            self.actions["num_records"].to_pylist(),
            strict=True,
        )
        known = [
            (first, last, rows)
            for first, last, rows in cells
            if None not in (first, last, rows)
        ]
        return sorted(known)

    def matching(self, touched: Touched) -> Files:
        """Return the files that can hold a row with touched values."""
        keep = pa.chunked_array([pa.array([True] * self.count, pa.bool_())])
        for name, values in touched.values.items():
            keep = pc.and_(keep, self._can_hold(name, values, touched.ranges(name)))
        return Files(self.actions.filter(keep))

    def _can_hold(
        self, name: str, values: Collection[Any], ranges: Sequence[Span]
    ) -> pa.ChunkedArray:
        """Return for each file whether it can hold a value."""
        partition = self._figures(f"partition.{name}")
        low, high = (
            self._figures(f"{end}.{name}") if partition is None else partition
            for end in ("min", "max")
        )
        unknown = pa.chunked_array([pa.array([True] * self.count, pa.bool_())])
        if low is None or high is None or any(value != value for value in values):
            return unknown
        try:
            spans = [_overlap(low, high, *span) for span in ranges]
        except (pa.ArrowException, OverflowError):  # figures of another type
            return unknown
        spans += [self._nulls(name, partition)] if None in values else []
        found = pa.chunked_array([pa.array([False] * self.count, pa.bool_())])
        for span in spans:
            found = pc.or_kleene(found, span)
        return found.fill_null(partition is None)

    def _nulls(self, name: str, partition: pa.ChunkedArray | None) -> pa.ChunkedArray:
        if partition is not None:
            return partition.is_null()
        nulls = self._figures(f"null_count.{name}")
        return (
            pa.chunked_array([pa.array([True] * self.count)])
            if nulls is None
            else pc.greater(nulls, 0)
        )


def files_of(table: DeltaTable) -> Files:
    """Return the files of a table's version."""
    return Files(pa.table(table.get_add_actions(flatten=True)))


def _overlap(
    low: pa.ChunkedArray, high: pa.ChunkedArray, first: Any, last: Any
) -> pa.ChunkedArray:
    # Instants are cut to milliseconds in the log.
    first = (
        first - MILLISECOND
        if isinstance(first, dt.datetime) and first.year > 1
        else first
    )
    start, end = (pa.scalar(value, low.type) for value in (first, last))
    return pc.and_kleene(pc.greater_equal(high, start), pc.less_equal(low, end))

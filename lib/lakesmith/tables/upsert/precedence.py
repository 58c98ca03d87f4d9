"""Decide which of two rows of a key a table keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, cast

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.columns import HIDDEN
from lakesmith.transforms.keys.one_row import sequence_parts
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.transforms.keys.ties import fail_if

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.tables.ref import TableRef


@dataclass(frozen=True)
class Precedence:
    """Say which row of a key wins, the batch's or the table's.

    Parameters
    ----------
    keeps_first : bool
        Whether the row with the smaller sequence wins, and not the greater one.
    upstream_decides : bool
        Whether the batch's row wins at an equal sequence, since the upstream has decided it.
    fails_on_tie : bool
        Whether rows that differ at an equal sequence are an error.
    """

    keeps_first: bool = False
    upstream_decides: bool = False
    fails_on_tie: bool = False

    @classmethod
    def of(cls, spec: Table, upstream_decides: bool = False) -> Precedence:
        """Return the precedence that the spec of a table asks for.

        Examples
        --------
        >>> from lakesmith.spec.model import Table, Write
        >>> write = Write(strategy="upsert", keys=("id",), sequence_by=("at",), on_tie="fail")
        >>> spec = Table(from_="bronze.orders", write=write)
        >>> Precedence.of(spec).fails_on_tie, Precedence.of(spec, True).fails_on_tie
        (True, False)
        """
        write = spec.write
        fails = write.on_tie == "fail" and not upstream_decides
        return cls(write.keeps_first, upstream_decides, fails)


NEWEST = Precedence()


def newest_first(columns: Sequence[str]) -> list[str]:
    """Return columns in the order in which they decide which row of a key is the newest.

    Every column decides, so that no tie is left to chance.

    Examples
    --------
    >>> newest_first(["id", "name", "_deleted", "_seq"])
    ['_seq', '_deleted', 'id', 'name']
    """
    hidden = [name for name in HIDDEN if name in columns]
    values = sorted(name for name in columns if name not in HIDDEN)
    return [*hidden, *values]


def replaces(
    rows: DataFrame, table: TableRef, keys: Sequence[str], precedence: Precedence
) -> Column:
    """Return the condition of a MERGE under which a row of the batch replaces the table's.

    Parameters
    ----------
    rows : DataFrame
        The batch, with the alias ``s``.
    table : TableRef
        The target.
    keys : sequence of str
        What an error on a tie names.
    precedence : Precedence
    """
    wins = _wins(rows, table, precedence)
    if not precedence.fails_on_tie:
        return wins
    return fail_if(_is_tied(rows, table), keys, "s.") & wins


def all_equal(rows: DataFrame, names: Sequence[str], table: TableRef) -> Column:
    """Return whether the rows of both sides of a MERGE are equal in some columns, NULL included."""
    pairs = _pairs(rows, names, table)
    equal = [source.eqNullSafe(target) for source, target in pairs]
    return reduce(Column.__and__, equal)


def target_column(table: TableRef, name: str) -> Column:
    """Return a column of the target of a MERGE."""
    return F.col(f"{table.sql_name}.{name}")


def _pairs(
    rows: DataFrame, names: Sequence[str], table: TableRef
) -> list[tuple[Column, Column]]:
    """Return both sides of a MERGE by column, as something that Spark can compare."""
    pairs: list[tuple[Column, Column]] = []
    for name in names:
        kind = rows.schema[name].dataType
        source = F.col(f"s.{name}")
        target = target_column(table, name)
        pairs.append((orderable(source, kind), orderable(target, kind)))
    return pairs


def _wins(rows: DataFrame, table: TableRef, precedence: Precedence) -> Column:
    if precedence.keeps_first:
        return _is_earlier(rows, table, precedence)
    if precedence.upstream_decides:
        return _is_later(rows, table)
    return _is_newer(rows, table)


def _is_newer(rows: DataFrame, table: TableRef) -> Column:
    names = newest_first(rows.columns)
    sources, targets = zip(*_pairs(rows, names, table), strict=True)
    return F.struct(*sources) > F.struct(*targets)


def _is_later(rows: DataFrame, table: TableRef) -> Column:
    source = F.struct(F.col("s._seq"))
    target = F.struct(target_column(table, "_seq"))
    return (source > target) | _is_tied(rows, table)


def _is_earlier(rows: DataFrame, table: TableRef, precedence: Precedence) -> Column:
    kind = cast("StructType", rows.schema["_seq"].dataType)
    source = sequence_parts(F.col("s._seq"), kind)
    target = sequence_parts(target_column(table, "_seq"), kind)
    is_earlier = F.struct(*source) < F.struct(*target)
    if precedence.upstream_decides:
        return is_earlier | _is_tied(rows, table)
    is_same = _is_same_sequence(table)
    return is_earlier | (is_same & _is_newer(rows, table))


def _is_tied(rows: DataFrame, table: TableRef) -> Column:
    """Return whether rows of the same sequence differ in another column."""
    return _is_same_sequence(table) & ~all_equal(rows, rows.columns, table)


def _is_same_sequence(table: TableRef) -> Column:
    return F.col("s._seq").eqNullSafe(target_column(table, "_seq"))

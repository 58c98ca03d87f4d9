"""Join the version of a row that was valid at the time of an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import json_text, named, require, types_of
from lakesmith.columns import PASSES, VALID_FROM, VALID_TO
from lakesmith.transforms.axis import EARLIEST, position, require_axis
from lakesmith.transforms.joins.choice import JoinChoice, PlannedJoin
from lakesmith.transforms.joins.lookup import Kept, key_name, matches
from lakesmith.transforms.joins.timed.options import require_options
from lakesmith.transforms.joins.timed.plan_size import (
    BROADCAST_BYTES,
    SmallSide,
    small_side,
)
from lakesmith.transforms.joins.timed.rows import (
    AT,
    BEFORE,
    HERE,
    SIDE,
    Layout,
    left_columns,
    left_rows,
    right_rows,
    row_name,
)
from lakesmith.transforms.joins.timed.taken import Columns, require_sides, taken_from

STEP = "join_scd2"
_BEGIN, _END = "_begin", "_end"
_PREVIOUS = "_previous"
_VERSION = "_version"


@dataclass(frozen=True)
class _Versions:
    """Hold the other side, its key, its interval and what is taken of it."""

    rows: DataFrame
    on: tuple[str, ...]
    taken: Mapping[str, str]
    valid_from: str
    valid_to: str

    def kind(self, name: str) -> str:
        return types_of(self.rows)[name.lower()].simpleString()

    @property
    def begin(self) -> Column:
        begin = position(named(self.valid_from), self.kind(self.valid_from))
        return F.coalesce(begin, F.lit(EARLIEST))

    @property
    def end(self) -> Column:
        return position(named(self.valid_to), self.kind(self.valid_to))

    @property
    def of_some_length(self) -> DataFrame:
        """The versions that are valid at some time; an empty or reversed one is at none."""
        is_valid = self.end.isNull() | (self.begin < self.end)
        return self.rows.filter(is_valid)

    @property
    def values(self) -> dict[str, Column]:
        """The columns taken, by their place."""
        columns = enumerate(self.taken.values())
        return {f"v{index}": named(name) for index, name in columns}

    def shown(self, version: Column) -> list[Column]:
        """Return the columns taken from the struct of a version, under their names here."""
        names = enumerate(self.taken)
        return [version.getField(f"v{index}").alias(name) for index, name in names]


def join_scd2(
    *,
    other: DataFrame,
    on: Sequence[str],
    at: str,
    columns: Columns = (),
    valid_from: str = VALID_FROM,
    valid_to: str = VALID_TO,
    how: Kept = "left",
    rows: int | None = None,
    broadcast_bytes: int = BROADCAST_BYTES,
) -> PlannedJoin:
    """Join the version that was valid at the time of a row, with NULL before the first one.

    Parameters
    ----------
    other : DataFrame
        The versions of each key, such as a table of strategy ``scd2``.
    on : sequence of str
        Columns of the key, under the same names on both sides. A NULL in it matches nothing.
    at : str
        The time of a row of this side, such as its event time.
    columns : sequence of str, or mapping of str to str, optional
        Columns to take, or the name here to the name there; none named means all but the key,
        `valid_from`, `valid_to`, `is_current` and those beginning with `_`.
    valid_from, valid_to : str
        The half-open interval of a version; NULL is open on its side.
    how : {"left", "inner"}
        Keep all rows, or those with a version.
    rows : int, optional
        How many versions there are expected to be.
    broadcast_bytes : int
        The size up to which the versions are sent to all executors.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with its choice.

    Raises
    ------
    StepError
        LS305 for a missing column; LS307 for a name that would be there twice; LS354 for a key or
        times of different types; LS355 for options that do not go together. Whoever reads the
        rows gets LS352 for versions that overlap.

    Notes
    -----
    *Columns*: needs `on` and `at` -> adds those taken. Row count kept for ``left``. A version that
    ends when or before it begins is valid at no time. A large history takes one exchange and one
    sort for both sides, whatever the number of versions of a key.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> lines = frame(spark, "id int, code string, at int", [(1, "a", 2), (2, "a", 5), (3, "a", 0)])
    >>> rows = [("a", "tea", 1, 5), ("a", "green tea", 5, None)]
    >>> products = frame(spark, "code string, name string, valid_from int, valid_to int", rows)
    >>> joined = join_scd2(other=products, on=["code"], at="at", columns=["name"])
    >>> lines.transform(joined).orderBy("id").show()
    +---+----+---+---------+
    | id|code| at|     name|
    +---+----+---+---------+
    |  1|   a|  2|      tea|
    |  2|   a|  5|green tea|
    |  3|   a|  0|     NULL|
    +---+----+---+---------+
    <BLANKLINE>
    """
    options = {"on": on, "valid_from": valid_from, "valid_to": valid_to}
    sizes = {"rows": rows, "broadcast_bytes": broadcast_bytes}
    require_options(STEP, {**options, **sizes})
    require(other, [*on, valid_from, valid_to], STEP)
    taken = taken_from(other, columns, [*on, valid_from, valid_to, "is_current"])
    versions = _Versions(other, tuple(on), taken, valid_from, valid_to)
    side = small_side(other, rows, broadcast_bytes)

    def apply(df: DataFrame) -> DataFrame:
        require(df, [*on, at], STEP)
        require_sides(STEP, df, other, on, taken)
        when = _position_of(df, at, versions)
        join = _sent if side.is_sent else _in_one_union
        joined = join(df, when, versions)
        found = named(_VERSION).isNotNull()
        passes = named(PASSES) if PASSES in df.columns else F.lit(False)
        kept = joined if how == "left" else joined.filter(found | passes)
        return kept.select(*map(named, df.columns), *versions.shown(named(_VERSION)))

    return PlannedJoin(apply, _choice(side))


def _choice(side: SmallSide) -> JoinChoice:
    if side.is_sent:
        return JoinChoice(STEP, "broadcast", side.why, side.estimates)
    why = f"{side.why}: both sides are sorted together once"
    return JoinChoice(STEP, "union", why, side.estimates)


def _position_of(df: DataFrame, at: str, versions: _Versions) -> Column:
    kind = types_of(df)[at.lower()].simpleString()
    kinds = {at: kind}
    for name in (versions.valid_from, versions.valid_to):
        kinds[f"{name} of the other side"] = versions.kind(name)
    require_axis(STEP, kinds)
    return position(named(at), kind)


def _sent(df: DataFrame, at: Column, versions: _Versions) -> DataFrame:
    """Join with the versions sent to all executors, each row with at most one of them."""
    keys = [named(name).alias(key_name(i)) for i, name in enumerate(versions.on)]
    values = [value.alias(name) for name, value in versions.values.items()]
    version = F.struct(F.lit(True).alias("is_there"), *values).alias(_VERSION)
    has_key = reduce(and_, [named(name).isNotNull() for name in versions.on])
    known = versions.of_some_length.filter(has_key).select(
        *keys, versions.begin.alias(_BEGIN), versions.end.alias(_END), version
    )
    names = [key_name(index) for index, _ in enumerate(versions.on)]
    window = Window.partitionBy(*names).orderBy(_BEGIN)
    lagged = known.withColumn(_PREVIOUS, F.lag(F.struct(_END)).over(window))
    is_sound = _unless_overlapping(versions, names, named(_BEGIN))
    checked = lagged.filter(is_sound).drop(_PREVIOUS)
    is_open = named(_END).isNull()
    is_valid = (named(_BEGIN) <= at) & (is_open | (at < named(_END)))
    condition = matches(versions.on) & is_valid
    return df.join(F.broadcast(checked), condition, "left")


def _in_one_union(df: DataFrame, at: Column, versions: _Versions) -> DataFrame:
    """Sort rows and versions together, so that each row follows the version that began last."""
    layout = Layout(versions.on)
    fields = {_END: versions.end, **versions.values}
    place = (versions.begin, F.lit(BEFORE))
    right = right_rows(versions.of_some_length, layout, 0, place, fields)
    left = left_rows(df, layout, at)
    both = left.unionByName(right, allowMissingColumns=True)
    ordered = Window.partitionBy(*layout.parts).orderBy(AT, SIDE)
    earlier = ordered.rowsBetween(Window.unboundedPreceding, -1)
    previous = F.last(row_name(0), ignorenulls=True).over(earlier)
    followed = both.withColumn(_PREVIOUS, previous)
    is_row = named(SIDE) == HERE
    is_sound = _unless_overlapping(versions, layout.keys, named(AT))
    rows = followed.filter(F.when(is_row, F.lit(True)).otherwise(~is_sound))
    end = named(_PREVIOUS).getField(_END)
    is_valid = end.isNull() | (named(AT) < end)
    version = F.when(is_valid, named(_PREVIOUS)).alias(_VERSION)
    return rows.select(*left_columns(df.columns), version)


def _unless_overlapping(
    versions: _Versions, keys: Sequence[str], begin: Column
) -> Column:
    """Return true, or fail where the version before this one has not ended when it begins."""
    names = zip(keys, versions.on, strict=True)
    shown = [named(key).alias(name) for key, name in names]
    text = f"LS352 step '{STEP}': two versions overlap, of the key "
    message = F.concat(F.lit(text), json_text(F.struct(*shown)))
    failure = F.raise_error(message).cast("boolean")
    end = named(_PREVIOUS).getField(_END)
    is_open = named(_PREVIOUS).isNotNull() & end.isNull()
    overlaps = F.coalesce(is_open | (begin < end), F.lit(False))
    return F.when(overlaps, failure).otherwise(F.lit(True))

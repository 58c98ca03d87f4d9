"""Join the version of a row that was valid at the time of an event."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import aliased, is_true, kind_of, named, require
from lakesmith.columns import PASSES, VALID_FROM, VALID_TO
from lakesmith.transforms.axis import position, require_axis
from lakesmith.transforms.joins.choice import JoinChoice, PlannedJoin
from lakesmith.transforms.joins.lookup import (
    Kept,
    has_key,
    key_name,
    matches,
    renamed_key,
)
from lakesmith.transforms.joins.sides import fails_for_key, refuse_join_helpers
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
from lakesmith.transforms.joins.timed.versions import Versions
from lakesmith.types import Transform

STEP = "join_scd2"
_BEGIN = "_begin"
_END = "_end"
_PREVIOUS = "_previous"
_VERSION = "_version"


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
        LS305 for a missing column; LS307 for a name that would be there twice; LS325 for a key and
        LS354 for times of different types; LS355 for options that do not go together. Whoever
        reads the rows gets LS352 for versions that overlap.

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
    require_options(STEP, options | sizes)
    of_version = [*on, valid_from, valid_to]
    require(other, of_version, STEP)
    taken = taken_from(other, columns, [*of_version, "is_current"])
    versions = Versions(other, tuple(on), taken, valid_from, valid_to)
    side = small_side(other, rows, broadcast_bytes)

    def apply(df: DataFrame) -> DataFrame:
        require(df, [*on, at], STEP)
        require_sides(STEP, df, other, on, taken)
        refuse_join_helpers(df, taken, STEP)

        here = _position_of(df, at, versions)
        join = _sent if side.is_sent else _in_one_union
        joined = join(df, here, versions)
        if how != "left":
            found = named(_VERSION).isNotNull()
            if PASSES in df.columns:
                found |= named(PASSES)
            joined = joined.filter(found)

        kept = map(named, df.columns)
        shown = versions.shown(named(_VERSION))
        return joined.select(*kept, *shown)

    return PlannedJoin(apply, _choice(side))


def _choice(side: SmallSide) -> JoinChoice:
    if side.is_sent:
        return JoinChoice(STEP, "broadcast", side.why, side.estimates)
    why = f"{side.why}: both sides are sorted together once"
    return JoinChoice(STEP, "union", why, side.estimates)


def _position_of(df: DataFrame, at: str, versions: Versions) -> Column:
    kind = kind_of(df, at)
    kinds = {at: kind}
    for name in (versions.valid_from, versions.valid_to):
        shown = f"{name} of the other side"
        kinds[shown] = versions.kind(name)

    require_axis(STEP, kinds)
    return position(named(at), kind)


def _sent(df: DataFrame, at: Column, versions: Versions) -> DataFrame:
    """Join with the versions sent to all executors, each row with at most one of them."""
    known = _known(versions)
    checked = known.transform(_each_at_one_time(versions))
    is_begun = named(_BEGIN) <= at
    is_open = named(_END).isNull()
    is_valid = is_begun & (is_open | (at < named(_END)))
    condition = matches(versions.on) & is_valid
    sent = F.broadcast(checked)
    return df.join(sent, condition, "left")


def _known(versions: Versions) -> DataFrame:
    """Return the versions that a row can match, under names that no table has."""
    is_there = F.lit(True).alias("is_there")
    values = aliased(versions.values)
    version = F.struct(is_there, *values)
    rows = versions.of_some_length
    known = rows.filter(has_key(versions.on))
    return known.select(
        *renamed_key(versions.on),
        versions.begin.alias(_BEGIN),
        versions.end.alias(_END),
        version.alias(_VERSION),
    )


def _each_at_one_time(versions: Versions) -> Transform:
    """Fail for a key with two versions at one time."""
    keys = [key_name(index) for index, _ in enumerate(versions.on)]
    ordered = Window.partitionBy(*keys).orderBy(_BEGIN)

    def apply(known: DataFrame) -> DataFrame:
        previous = F.lag(F.struct(_END)).over(ordered)
        lagged = known.withColumn(_PREVIOUS, previous)
        is_sound = _unless_overlapping(versions, keys, named(_BEGIN))
        checked = lagged.filter(is_sound)
        return checked.drop(_PREVIOUS)

    return apply


def _in_one_union(df: DataFrame, at: Column, versions: Versions) -> DataFrame:
    """Sort rows and versions together, so that each row follows the version that began last."""
    layout = Layout(versions.on)
    left = left_rows(df, layout, at)
    right = _laid_out(versions, layout)
    both = left.unionByName(right, allowMissingColumns=True)

    ordered = Window.partitionBy(*layout.parts).orderBy(AT, SIDE)
    earlier = ordered.rowsBetween(Window.unboundedPreceding, -1)
    previous = F.last(row_name(0), ignorenulls=True)
    followed = both.withColumn(_PREVIOUS, previous.over(earlier))

    is_row = named(SIDE) == HERE
    is_sound = _unless_overlapping(versions, layout.keys, named(AT))
    is_kept = F.when(is_row, F.lit(True)).otherwise(~is_sound)
    rows = followed.filter(is_kept)

    kept = left_columns(df.columns)
    version = _version_at(named(AT))
    return rows.select(*kept, version.alias(_VERSION))


def _laid_out(versions: Versions, layout: Layout) -> DataFrame:
    fields = {_END: versions.end, **versions.values}
    place = (versions.begin, F.lit(BEFORE))
    return right_rows(versions.of_some_length, layout, 0, place, fields)


def _version_at(at: Column) -> Column:
    """Return the version that began last, NULL where it has ended."""
    version = named(_PREVIOUS)
    end = version.getField(_END)
    is_valid = end.isNull() | (at < end)
    return F.when(is_valid, version)


def _unless_overlapping(
    versions: Versions, keys: Sequence[str], begin: Column
) -> Column:
    """Return true, or fail where the version before this one has not ended when it begins."""
    previous = named(_PREVIOUS)
    end = previous.getField(_END)
    is_open = previous.isNotNull() & end.isNull()
    overlaps = is_open | (begin < end)
    surely_overlaps = is_true(overlaps)

    shown = dict(zip(keys, versions.on, strict=True))
    text = f"LS352 step '{STEP}': two versions overlap, of the key "
    failure = fails_for_key(text, shown)
    return F.when(surely_overlaps, failure).otherwise(F.lit(True))

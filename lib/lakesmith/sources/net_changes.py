"""Find the keys whose rows differ between two versions of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from lakesmith.column_refs import named, types_of
from lakesmith.columns import DELETED
from lakesmith.sources.upstream import HIDDEN_IN_FEED
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.types import FLOATS, is_float

_ADDS = ("insert", "update_postimage")
LOW = "_low"
HIGH = "_high"
_WEIGHT = "_weight"
_MARKER = "_marker"
_BEGIN = "_begin"
_END = "_end"


def net_changes(
    feed: DataFrame, on: Sequence[str], columns: Sequence[str] = ()
) -> DataFrame:
    """Return the keys of a change feed whose images do not cancel out.

    Parameters
    ----------
    feed : DataFrame
        *Columns*: those of a table, and ``_change_type``.
    on : sequence of str
        Columns of the key.
    columns : sequence of str
        The other columns that count; none means all.

    Returns
    -------
    DataFrame
        *Columns*: `on`, each key once.

    Notes
    -----
    A row that was taken away and came back as it was is no change, as where a table was replaced by
    equal rows; nor is one whose `columns` are as they were. A deleted key has no row.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> images = [(1, "UK", "update_preimage"), (1, "DE", "update_postimage"),
    ...           (2, "UK", "delete"), (2, "UK", "insert")]
    >>> feed = frame(spark, "id int, country string, _change_type string", images)
    >>> feed.transform(lambda rows: net_changes(rows, ["id"])).show()
    +---+
    | id|
    +---+
    |  1|
    +---+
    <BLANKLINE>
    """
    images = _weighed(feed, on, columns)
    differing = images.transform(_summed)
    keys = [named(name) for name in on]
    return differing.select(*keys).distinct()


def net_spans(
    feed: DataFrame, on: Sequence[str], columns: Sequence[str], begin: str, end: str
) -> DataFrame:
    """Return the keys of a change feed of versions, each with the times at which they differ.

    Parameters
    ----------
    feed : DataFrame
        *Columns*: those of a table, and ``_change_type``.
    on, columns : sequence of str
    begin, end : str
        The half-open interval of a version; NULL is open on its side.

    Returns
    -------
    DataFrame
        *Columns*: `on`, each key once, and ``_low`` and ``_high`` of the type of `begin`, between
        which all differences are; NULL is open.

    Notes
    -----
    A version adds its values at its begin and takes them away at its end. Before the first time at
    which that differs, and after the last one, both have the same versions.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> images = [(1, "a", 2, None, "delete"), (1, "a", 2, 5, "insert")]
    >>> images.append((1, "b", 5, None, "insert"))
    >>> kind = "id int, name string, begin int, end int, _change_type string"
    >>> net_spans(frame(spark, kind, images), ["id"], ["name"], "begin", "end").show()
    +---+----+-----+
    | id|_low|_high|
    +---+----+-----+
    |  1|   5| NULL|
    +---+----+-----+
    <BLANKLINE>
    """
    bounds = {_BEGIN: begin, _END: end}
    versions = _weighed(feed, on, columns, bounds)
    differing = _markers(versions).transform(_summed)

    side = F.col(f"{_MARKER}.side")
    time = F.col(f"{_MARKER}.time")
    first = F.min(time)
    last = F.max(time)
    is_bounded_below = F.min(side) == 0
    is_bounded_above = F.max(side) == 0
    low = F.when(is_bounded_below, first)
    high = F.when(is_bounded_above, last)

    keys = [named(name) for name in on]
    return differing.groupBy(*keys).agg(low.alias(LOW), high.alias(HIGH))


def _summed(images: DataFrame) -> DataFrame:
    """Return what does not cancel out among images that are alike."""
    alike = [named(name) for name in images.columns if name != _WEIGHT]
    weight = F.sum(_WEIGHT).alias(_WEIGHT)
    summed = images.groupBy(*alike).agg(weight)
    return summed.filter(named(_WEIGHT) != 0)


def _markers(versions: DataFrame) -> DataFrame:
    """Return each version twice, where its values come and where they go.

    *Columns*: needs ``_begin`` and ``_end`` -> ``_marker`` STRUCT in place of them.
    """
    begin = named(_BEGIN)
    end = named(_END)
    always = F.when(begin.isNull(), -1).otherwise(0)
    forever = F.when(end.isNull(), 1).otherwise(0)
    comes = _marked(begin, always)
    goes = _marked(end, forever)
    others = [name for name in versions.columns if name not in (_BEGIN, _END, _WEIGHT)]
    rest = [named(name) for name in others]
    coming = versions.select(*rest, comes, _WEIGHT)
    gone = -named(_WEIGHT)
    going = versions.select(*rest, goes, gone.alias(_WEIGHT))
    return coming.union(going)


def _marked(time: Column, side: Column) -> Column:
    return F.struct(side.alias("side"), time.alias("time")).alias(_MARKER)


def _weighed(
    feed: DataFrame,
    on: Sequence[str],
    columns: Sequence[str],
    bounds: Mapping[str, str] | None = None,
) -> DataFrame:
    """Return the images of a feed, each with 1 where it came and -1 where it went."""
    visible = [name for name in feed.columns if name not in HIDDEN_IN_FEED]
    others = [name for name in visible if name not in on]
    keys = [named(name) for name in on]
    values = _values(feed, columns or others)
    times = [named(name).alias(alias) for alias, name in (bounds or {}).items()]
    weight = _weight(feed).alias(_WEIGHT)
    return feed.select(*keys, *values, *times, weight)


def _values(feed: DataFrame, columns: Sequence[str]) -> list[Column]:
    types = types_of(feed)
    values: list[Column] = []
    for place, name in enumerate(columns):
        kind = types[name.lower()]
        value = _told_apart(named(name), kind)
        values.append(value.alias(f"_value_{place}"))
    return values


def _told_apart(column: Column, kind: DataType) -> Column:
    """Return a value of which -0.0 is another one than 0.0, though they are equal."""
    text = column.cast("string")
    if is_float(kind.simpleString()):
        return text
    holds_float = any(name in kind.simpleString() for name in FLOATS)
    value = orderable(column, kind)
    return F.struct(value, text) if holds_float else value


def _weight(feed: DataFrame) -> Column:
    came = named("_change_type").isin(*_ADDS)
    sign = F.when(came, 1).otherwise(-1)
    if DELETED not in feed.columns:
        return sign
    is_deleted = F.coalesce(named(DELETED), F.lit(False))
    return F.when(is_deleted, 0).otherwise(sign)

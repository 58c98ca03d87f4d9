"""Find the keys whose rows differ between two versions of a table."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, types_of
from lakesmith.columns import DELETED
from lakesmith.sources.upstream import HIDDEN_IN_FEED
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.types import Transform

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
    names = [name for name in images.columns if name != _WEIGHT]
    same = [named(name) for name in names]
    differing = images.transform(_differing(same))
    keys = differing.select(*map(named, on))
    return keys.distinct()


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
    weighed = _weighed(feed, on, columns, (begin, end))
    names = [name for name in weighed.columns if name not in (_WEIGHT, _BEGIN, _END)]
    same = [named(name) for name in names]
    markers = weighed.transform(_markers(same))
    differing = markers.transform(_differing([*same, named(_MARKER)]))

    by_key = differing.groupBy(*map(named, on))
    side = F.col(f"{_MARKER}.side")
    time = F.col(f"{_MARKER}.time")

    begins_in_time = F.min(side) == 0
    ends_in_time = F.max(side) == 0
    low = F.when(begins_in_time, F.min(time))
    high = F.when(ends_in_time, F.max(time))
    return by_key.agg(low.alias(LOW), high.alias(HIGH))


def _differing(same: Sequence[Column]) -> Transform:
    """Add up the weights of rows that are the same, and keep those that do not cancel out."""

    def apply(weighed: DataFrame) -> DataFrame:
        grouped = weighed.groupBy(*same)
        weight = F.sum(_WEIGHT)
        summed = grouped.agg(weight.alias(_WEIGHT))
        return summed.filter(named(_WEIGHT) != 0)

    return apply


def _markers(same: Sequence[Column]) -> Transform:
    """Return a row for the begin of each version, which adds its values, and one for the end."""

    def apply(weighed: DataFrame) -> DataFrame:
        begin = _marker(_BEGIN, side_of_open=-1)
        end = _marker(_END, side_of_open=1)
        weight = named(_WEIGHT)
        added = weighed.select(*same, begin.alias(_MARKER), weight)
        taken = weighed.select(*same, end.alias(_MARKER), -weight)
        return added.union(taken)

    return apply


def _marker(name: str, side_of_open: int) -> Column:
    """Return a time as a struct that sorts an open one before or after all others."""
    time = named(name)
    side = F.when(time.isNull(), side_of_open).otherwise(0)
    return F.struct(side.alias("side"), time.alias("time"))


def _weighed(
    feed: DataFrame,
    on: Sequence[str],
    columns: Sequence[str],
    span: tuple[str, ...] = (),
) -> DataFrame:
    """Return the images of a feed, each with 1 where it came and -1 where it went."""
    keys = map(named, on)
    hidden = (*on, *HIDDEN_IN_FEED)
    others = [name for name in feed.columns if name not in hidden]
    values = _values(feed, columns or others)

    # A feed of rows that are no versions has no span.
    names = zip(span, (_BEGIN, _END), strict=False)
    bounds = [named(name).alias(alias) for name, alias in names]
    weight = _weight(feed)
    return feed.select(
        *keys,
        *values,
        *bounds,
        weight.alias(_WEIGHT),
    )


def _values(feed: DataFrame, counted: Sequence[str]) -> list[Column]:
    """Return the columns that count, in types that can be grouped by."""
    types = types_of(feed)
    columns = []
    for place, name in enumerate(counted):
        value = orderable(named(name), types[name.lower()])
        columns.append(value.alias(f"_value_{place}"))

    return columns


def _weight(feed: DataFrame) -> Column:
    """Return 1 for an image that came and -1 for one that went, 0 for a deleted key."""
    change = named("_change_type")
    is_added = change.isin(*_ADDS)
    sign = F.when(is_added, F.lit(1)).otherwise(F.lit(-1))
    if DELETED not in feed.columns:
        return sign
    has_row = F.coalesce(~named(DELETED), F.lit(True))
    return F.when(has_row, sign).otherwise(F.lit(0))

"""Find the keys whose rows differ between two versions of a table."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import DELETED
from lakesmith.sources.upstream import HIDDEN_IN_FEED
from lakesmith.transforms.keys.orderable import orderable

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
    summed = images.groupBy(*map(named, names)).agg(F.sum(_WEIGHT).alias(_WEIGHT))
    differing = summed.filter(named(_WEIGHT) != 0)
    return differing.select(*map(named, on)).distinct()


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
    opens = F.when(named(_BEGIN).isNull(), -1).otherwise(0)
    closes = F.when(named(_END).isNull(), 1).otherwise(0)
    added = weighed.select(*same, _marked(named(_BEGIN), opens), named(_WEIGHT))
    taken = weighed.select(*same, _marked(named(_END), closes), -named(_WEIGHT))
    markers = added.union(taken)
    summed = markers.groupBy(*same, _MARKER).agg(F.sum(_WEIGHT).alias(_WEIGHT))
    side = F.col(f"{_MARKER}.side")
    time = F.col(f"{_MARKER}.time")
    low = F.when(F.min(side) == 0, F.min(time))
    high = F.when(F.max(side) == 0, F.max(time))
    differing = summed.filter(named(_WEIGHT) != 0)
    by_key = differing.groupBy(*map(named, on))
    return by_key.agg(low.alias(LOW), high.alias(HIGH))


def _marked(time: Column, side: Column) -> Column:
    return F.struct(side.alias("side"), time.alias("time")).alias(_MARKER)


def _weighed(
    feed: DataFrame,
    on: Sequence[str],
    columns: Sequence[str],
    span: tuple[str, ...] = (),
) -> DataFrame:
    """Return the images of a feed, each with 1 where it came and -1 where it went."""
    counted = columns or [
        name for name in feed.columns if name not in (*on, *HIDDEN_IN_FEED)
    ]
    types = {field.name.lower(): field.dataType for field in feed.schema.fields}
    values = [
        orderable(named(name), types[name.lower()]).alias(f"_value_{place}")
        for place, name in enumerate(counted)
    ]
    is_added = named("_change_type").isin(*_ADDS)
    sign = F.when(is_added, F.lit(1)).otherwise(F.lit(-1))
    has_row = ~named(DELETED) if DELETED in feed.columns else F.lit(True)
    weight = F.when(F.coalesce(has_row, F.lit(True)), sign).otherwise(F.lit(0))
    bounds = [
        named(name).alias(alias)
        for name, alias in zip(span, (_BEGIN, _END), strict=False)
    ]
    return feed.select(*map(named, on), *values, *bounds, weight.alias(_WEIGHT))

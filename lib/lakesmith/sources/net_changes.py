"""Find the keys whose rows differ between two versions of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import DELETED
from lakesmith.sources.upstream import HIDDEN_IN_FEED, change_feed
from lakesmith.transforms.keys.orderable import orderable

if TYPE_CHECKING:
    from lakesmith.sources.slices import Span
    from lakesmith.tables.ref import TableRef

_ADDS = ("insert", "update_postimage")
_WEIGHT = "_weight"


def changed_keys(
    session: SparkSession,
    table: TableRef,
    span: Span,
    on: Sequence[str],
    columns: Sequence[str] = (),
) -> DataFrame:
    """Return the keys that have other rows at the end of a span than at its beginning.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
    span : Span
        With at least one version that changed rows.
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
    Reads the change feed. A row that was taken away and came back as it was is no change, as where
    a table was replaced by equal rows; nor is one whose `columns` are as they were. A deleted key
    has no row.
    """
    since = span.since or 0
    feed = change_feed(session, table, since, span.to, span.voids)
    return net_changes(feed, on, columns)


def net_changes(
    feed: DataFrame, on: Sequence[str], columns: Sequence[str] = ()
) -> DataFrame:
    """Return the keys of a change feed whose images do not cancel out.

    Parameters
    ----------
    feed : DataFrame
        *Columns*: those of a table, and ``_change_type``.
    on, columns : sequence of str

    Returns
    -------
    DataFrame
        *Columns*: `on`, each key once.

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
    images = feed.select(*map(named, on), *values, weight.alias(_WEIGHT))
    names = [*on, *[f"_value_{place}" for place in range(len(values))]]
    summed = images.groupBy(*map(named, names)).agg(F.sum(_WEIGHT).alias(_WEIGHT))
    differing = summed.filter(named(_WEIGHT) != 0)
    return differing.select(*map(named, on)).distinct()

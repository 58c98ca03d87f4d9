"""Take a sample of a frame."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.checks.batch.freshness import micros_of
from lakesmith.suggest.sample import Sample
from lakesmith.types import SCALARS, TIMESTAMPS, family


def sample_of_frame(subject: str, frame: DataFrame, limit: int) -> Sample:
    """Take rows of a frame by a hash of their values.

    Parameters
    ----------
    subject : str
        What the rows are of.
    frame : DataFrame
    limit : int
        How many rows at most.

    Returns
    -------
    Sample
        Dates as days and timestamps as microseconds since 1970; nested values are only there or
        not.

    Examples
    --------
    >>> found = sample_of_frame("a", spark.sql("SELECT 1 AS id, DATE'1970-01-02' AS day"), 5)
    >>> found.rows, found.total
    ([{'id': 1, 'day': 1}], 1)
    """
    kinds = dict(frame.dtypes)
    shown: list[Column] = []
    texts: list[Column] = []
    for name, kind in kinds.items():
        value = _shown(name, kind)
        shown.append(value.alias(name))
        if _has_text(kind):
            text = named(name).cast("string")
            texts.append(F.coalesce(text, F.lit("")))

    digest = F.md5(F.concat_ws("|", *texts))
    taken = frame.orderBy(digest).limit(limit)
    found = taken.select(*shown).collect()
    rows = [row.asDict() for row in found]
    total = len(rows) if len(rows) < limit else frame.count()
    return Sample(subject, kinds, rows, total)


def _has_text(kind: str) -> bool:
    is_scalar = family(kind) in SCALARS
    return is_scalar and kind != "binary"


def _shown(name: str, kind: str) -> Column:
    value = named(name)
    if kind == "date":
        return F.unix_date(value)
    if kind in TIMESTAMPS:
        return micros_of(value, kind)
    if _has_text(kind):
        return value
    is_given = value.isNotNull()
    return F.when(is_given, F.lit(True))

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
    shown = [_shown(name, kind).alias(name) for name, kind in kinds.items()]
    texts = [
        named(name).cast("string") for name, kind in kinds.items() if _has_text(kind)
    ]
    digest = F.md5(F.concat_ws("|", *[F.coalesce(text, F.lit("")) for text in texts]))
    found = frame.orderBy(digest).limit(limit).select(*shown).collect()
    rows = [row.asDict() for row in found]
    total = len(rows) if len(rows) < limit else frame.count()
    return Sample(subject, kinds, rows, total)


def _has_text(kind: str) -> bool:
    return family(kind) in SCALARS and kind != "binary"


def _shown(name: str, kind: str) -> Column:
    value = named(name)
    if kind == "date":
        return F.unix_date(value)
    if kind in TIMESTAMPS:
        return micros_of(value, kind)
    return value if _has_text(kind) else F.when(value.isNotNull(), F.lit(True))

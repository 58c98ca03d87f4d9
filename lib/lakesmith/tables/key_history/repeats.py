"""Count the rows of a commit that repeat a key, of the commit or of an earlier row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import named, same_key
from lakesmith.columns import quoted
from lakesmith.sketches.bloom import bloom_probe, is_hashable
from lakesmith.tables.pruning.key_bounds import find_touched
from lakesmith.tables.upsert.key_filter import load_filter

if TYPE_CHECKING:
    from lakesmith.tables.key_history.added_rows import AddedRows
    from lakesmith.tables.key_history.earlier_filter import EarlierFilter

# Keys that are collected, and keys that are sent to every worker.
FEW = 2000
SENT = 500_000


@dataclass(frozen=True)
class Keys:
    """Count the keys of a commit.

    Parameters
    ----------
    frame : DataFrame
        One row for each key that an earlier row may have. *Columns*: the keys.
    rows, distinct : int
        Rows and keys of the commit.
    maybe : int
        Rows of `frame`.
    """

    frame: DataFrame
    rows: int
    distinct: int
    maybe: int


def count_repeats(
    session: SparkSession, added: AddedRows, stored: EarlierFilter | None = None
) -> int:
    """Count the rows of a commit whose key an earlier row of the table or of the commit has.

    Parameters
    ----------
    session : SparkSession
    added : AddedRows
    stored : EarlierFilter, optional
        Where it is not current, it is not asked.

    Returns
    -------
    int
        Exactly; NULL equals NULL.

    Notes
    -----
    One job over the added rows. The keys that a filter cannot call new are looked up in the files
    whose statistics fit, which costs one to three jobs; without a filter these are all keys.
    """
    keys = _screened(session, added, stored)
    within = keys.rows - keys.distinct
    known = _count_known(session, added, keys) if keys.maybe else 0
    return within + known


def _screened(
    session: SparkSession, added: AddedRows, stored: EarlierFilter | None
) -> Keys:
    """Group the added rows by key, and find the keys that earlier rows may have."""
    columns = [named(name) for name in added.keys]
    number = F.count(F.lit(1)).alias("_rows")
    per_key = added.rows(session).groupBy(*columns).agg(number)
    header = stored.before(session, added.version) if stored else None
    marked = per_key.withColumn("_maybe", F.lit(True))
    if stored and header:
        bits = load_filter(session, stored.table, header)
        marked = bloom_probe(per_key, bits, header.key, header.shape)
    rows = F.sum("_rows").alias("rows")
    distinct = F.count(F.lit(1)).alias("distinct")
    maybe = F.count_if("_maybe").alias("maybe")
    (found,) = marked.agg(rows, distinct, maybe).collect()
    return Keys(
        marked.filter("_maybe").select(*columns),
        found["rows"] or 0,
        found["distinct"],
        found["maybe"],
    )


def _count_known(session: SparkSession, added: AddedRows, keys: Keys) -> int:
    """Count the keys that an earlier row has."""
    asked = keys.frame
    if keys.maybe <= FEW:
        asked = session.createDataFrame(asked.toArrow())
    earlier = added.earlier(session)
    if is_hashable(dict(asked.dtypes)):
        touched = find_touched(asked, added.keys, few=keys.maybe <= FEW)
        earlier = earlier.filter(touched.predicate())
    stored = earlier.select(*[named(name) for name in added.keys]).alias("t")
    sent = F.broadcast(asked) if keys.maybe <= SENT else asked
    both = stored.join(
        sent.alias("s"),
        same_key("t", "s", added.keys),
    )
    found = both.select(*[f"s.{quoted(name)}" for name in added.keys])
    return found.distinct().count()

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
class Asked:
    """Hold the keys of a commit that an earlier row may have.

    Parameters
    ----------
    frame : DataFrame
        One row for each. *Columns*: the keys.
    most : int
        At most so many. Few are collected, so that they are found out once.
    """

    frame: DataFrame
    most: int


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
    One job over the added rows, and one over the filter. The keys that it cannot call new are
    looked up in the files whose statistics fit, which costs two to four jobs; without a filter
    these are all keys.
    """
    columns = [named(name) for name in added.keys]
    number = F.count(F.lit(1)).alias("_rows")
    per_key = added.rows(session).groupBy(*columns).agg(number)
    rows = F.sum("_rows").alias("rows")
    distinct = F.count(F.lit(1)).alias("distinct")
    (found,) = per_key.agg(rows, distinct).collect()
    keys = per_key.select(*columns)
    maybe = _screened(session, keys, added, stored)
    asked = _collected(
        session, maybe, found["distinct"], is_screened=stored is not None
    )
    total = found["rows"] or 0
    within: int = total - found["distinct"]
    known = _count_known(session, added, asked) if asked.most else 0
    return within + known


def _screened(
    session: SparkSession,
    keys: DataFrame,
    added: AddedRows,
    stored: EarlierFilter | None,
) -> DataFrame:
    """Return the keys that the filter cannot call new, all of them where it is not current."""
    header = stored.before(session, added.version) if stored else None
    if stored is None or header is None:
        return keys
    bits = load_filter(session, stored.table, header)
    marked = bloom_probe(
        keys,
        bits,
        header.key,
        header.shape,
    )
    return marked.filter("_maybe").select(*keys.columns)


def _collected(
    session: SparkSession, maybe: DataFrame, distinct: int, is_screened: bool
) -> Asked:
    """Collect the keys where they may be few."""
    if distinct > FEW and not is_screened:
        return Asked(maybe, distinct)
    few = maybe.limit(FEW + 1).toArrow()
    if few.num_rows > FEW:
        return Asked(maybe, distinct)
    return Asked(
        session.createDataFrame(few),
        few.num_rows,
    )


def _count_known(session: SparkSession, added: AddedRows, asked: Asked) -> int:
    """Count the keys that an earlier row has."""
    keys = asked.frame
    earlier = added.earlier(session)
    if is_hashable(dict(keys.dtypes)):
        touched = find_touched(keys, added.keys, few=asked.most <= FEW)
        earlier = earlier.filter(touched.predicate())
    stored = earlier.select(*[named(name) for name in added.keys]).alias("t")
    sent = F.broadcast(keys) if asked.most <= SENT else keys
    both = stored.join(
        sent.alias("s"),
        same_key("t", "s", added.keys),
    )
    found = both.select(*[f"s.{quoted(name)}" for name in added.keys])
    return found.distinct().count()

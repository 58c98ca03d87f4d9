"""Join sides of which one is thinned by a Bloom filter of the other's keys before the shuffle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import PASSES
from lakesmith.sketches.bloom import bloom_build
from lakesmith.sketches.bloom_shards import probe_shards
from lakesmith.transforms.joins.large.bloom_choice import OF_THIS, BloomPlan
from lakesmith.transforms.joins.large.keys import LEFT, RIGHT, Key
from lakesmith.transforms.joins.large.stored import probe_stored

if TYPE_CHECKING:
    from lakesmith.sketches.stored_filter import StoredFilter

MAYBE = "_maybe"
_SPARK_NAMES = {"semi": "left_semi", "anti": "left_anti"}


@dataclass(frozen=True)
class Thinning:
    """Hold what decides how two sides are joined.

    Parameters
    ----------
    key : Key
    how : {"inner", "left", "semi", "anti"}
    bloom : BloomPlan
    on : sequence of str
        The names of the key on both sides.
    stored : StoredFilter, optional
        The filter of the right side's keys, where one is stored.
    """

    key: Key
    how: str
    bloom: BloomPlan
    on: Sequence[str] = ()
    stored: StoredFilter | None = None

    @property
    def spark_how(self) -> str:
        """The type of the join as Spark names it."""
        return _SPARK_NAMES.get(self.how, self.how)


@dataclass(frozen=True)
class Parts:
    """Hold which rows of a side are joined, and which stay without being joined, if any."""

    enters: Column
    stays: Column | None = None


def thinned_join(left: DataFrame, right: DataFrame, plan: Thinning) -> DataFrame:
    """Join two sides, and shuffle of the larger one what may have a match.

    Parameters
    ----------
    left, right : DataFrame
        With their keys, as `Key.renamed_in` names them.
    plan : Thinning

    Returns
    -------
    DataFrame
        *Columns*: those of `left`, and for inner and left those of `right`.

    Notes
    -----
    Rows of `left` that do not enter the shuffle and stay all the same are read a second time: the
    refused ones of a left and an anti join, and those where `_passes` is true.

    Examples
    --------
    >>> from lakesmith.transforms.joins.large.bloom_choice import BloomKnown, choose_bloom
    >>> from lakesmith.transforms.joins.spark_limits import SparkLimits
    >>> bloom = choose_bloom(BloomKnown("join_bloom", "left"), SparkLimits())
    >>> left = spark.sql("SELECT explode(array(7, 8)) AS _key_0")
    >>> right = spark.sql("SELECT 7 AS _on_0, 'a' AS name")
    >>> joined = thinned_join(left, right, Thinning(Key({"k": "int"}), "left", bloom))
    >>> sorted(map(tuple, joined.select("_key_0", "name").collect()))
    [(7, 'a'), (8, None)]
    """
    this = left.withColumn(MAYBE, F.lit(True))
    is_built = plan.bloom.is_built
    if is_built and plan.bloom.of == OF_THIS:
        marked = _marked(right, RIGHT, left, LEFT, plan)
        right = marked.filter(MAYBE).drop(MAYBE)
    elif is_built:
        this = _marked(left, LEFT, right, RIGHT, plan)

    parts = _parts(plan.how, this.columns)
    entering = this.filter(parts.enters)
    same = plan.key.matches(LEFT, RIGHT)
    joined = entering.join(right, same, plan.spark_how)
    if parts.stays is not None:
        bypassing = this.filter(parts.stays)
        joined = joined.unionByName(bypassing, allowMissingColumns=True)

    return joined.drop(MAYBE)


def _parts(how: str, columns: Sequence[str]) -> Parts:
    """Return which rows of the left side are joined, and which stay without being joined."""
    maybe = F.col(MAYBE)
    if how == "left":
        return Parts(maybe, ~maybe)
    if how == "inner":
        return Parts(maybe)
    has_passes = PASSES in columns
    passes = named(PASSES) if has_passes else F.lit(False)
    enters = maybe & ~passes
    if how == "anti":
        return Parts(enters, ~maybe | passes)
    return Parts(enters, passes if has_passes else None)


def _marked(
    rows: DataFrame, prefix: str, source: DataFrame, of: str, plan: Thinning
) -> DataFrame:
    """Mark the rows that may have a match, by a filter of the source's keys."""
    key = plan.key
    if plan.stored is not None:
        asked = [*key.typed(prefix)]
        marked = probe_stored(rows, plan.stored, plan.on, asked)
    else:
        shape = plan.bloom.shape
        keys = key.of(source, of)
        bloom = bloom_build(keys, key.typed(of), shape)
        marked = probe_shards(rows, bloom, key.typed(prefix), shape)
    maybe = F.col(MAYBE) & ~key.matches_nothing(prefix)
    return marked.withColumn(MAYBE, maybe)

"""Join sides of which one is thinned by a Bloom filter of the other's keys before the shuffle."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import PASSES
from lakesmith.sketches.bloom import bloom_build
from lakesmith.sketches.bloom_shards import probe_shards
from lakesmith.transforms.joins.large.bloom_choice import OF_THIS, BloomPlan
from lakesmith.transforms.joins.large.hot_keys import matchable
from lakesmith.transforms.joins.large.keys import (
    LEFT,
    RIGHT,
    Kinds,
    has_null,
    is_match,
    key_names,
)

MAYBE = "_maybe"
_SPARK_NAMES = {"semi": "left_semi", "anti": "left_anti"}


@dataclass(frozen=True)
class Thinning:
    """Hold what decides how two sides are joined.

    Parameters
    ----------
    kinds : mapping of str to str
    how : {"inner", "left", "semi", "anti"}
    null_safe : bool
    bloom : BloomPlan
    """

    kinds: Kinds
    how: str
    null_safe: bool
    bloom: BloomPlan


def thinned_join(left: DataFrame, right: DataFrame, plan: Thinning) -> DataFrame:
    """Join two sides, and shuffle of the larger one what may have a match.

    Parameters
    ----------
    left, right : DataFrame
        With their keys as `with_keys` adds them.
    plan : Thinning

    Returns
    -------
    DataFrame
        *Columns*: those of `left`, and for inner and left those of `right`.

    Notes
    -----
    Rows of `left` that do not enter the shuffle and stay all the same are read a second time: the
    refused ones of a left and an anti join, and those where `_passes` is true.
    """
    if plan.bloom.is_built and plan.bloom.of == OF_THIS:
        marked = _marked(right, RIGHT, left, LEFT, plan)
        right = marked.filter(MAYBE).drop(MAYBE)
    elif plan.bloom.is_built:
        left = _marked(left, LEFT, right, RIGHT, plan)
    enters, stays = _parts(left, plan)
    entering = left if enters is None else left.filter(enters)
    same = is_match(plan.kinds, LEFT, RIGHT, plan.null_safe)
    joined = entering.join(right, same, _SPARK_NAMES.get(plan.how, plan.how))
    if stays is not None:
        bypassing = left.filter(stays)
        joined = joined.unionByName(bypassing, allowMissingColumns=True)
    return joined.drop(MAYBE)


def _parts(left: DataFrame, plan: Thinning) -> tuple[Column | None, Column | None]:
    """Return which rows of the left side are joined, and which stay without being joined."""
    maybe = F.col(MAYBE) if MAYBE in left.columns else F.lit(True)
    passes = named(PASSES) if PASSES in left.columns else F.lit(False)
    if plan.how == "left":
        return (maybe, ~maybe) if MAYBE in left.columns else (None, None)
    if plan.how == "anti":
        return maybe & ~passes, ~maybe | passes
    stays = passes if PASSES in left.columns and plan.how == "semi" else None
    return maybe & ~passes if stays is not None else maybe, stays


def _marked(
    rows: DataFrame, prefix: str, source: DataFrame, of: str, plan: Thinning
) -> DataFrame:
    """Mark the rows that may have a match, by a filter of the source's keys."""
    shape = plan.bloom.shape
    keys = matchable(source, plan.kinds, of, plan.null_safe)
    bloom = bloom_build(keys, _named_kinds(plan.kinds, of), shape)
    marked = probe_shards(rows, bloom, _named_kinds(plan.kinds, prefix), shape)
    maybe = F.col(MAYBE) & ~has_null(plan.kinds, prefix, plan.null_safe)
    return marked.withColumn(MAYBE, maybe)


def _named_kinds(kinds: Kinds, prefix: str) -> dict[str, str]:
    names = key_names(kinds, prefix)
    return dict(zip(names, kinds.values(), strict=True))

"""Exact ways to count the rows of a child that refer to no row of the parent, for the benchmark of `references`."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.sketches.bloom import bloom_build, bloom_probe
from lakesmith.sketches.bloom_sizing import shape_for
from tests.benchmarks.bloom import spark_own

KIND = {"id": "bigint"}
FPR = 0.01
Way = Callable[[DataFrame, DataFrame, int, int], int]


def one() -> Column:
    """Count rows."""
    return F.count(F.lit(1))


def total(counted: DataFrame) -> int:
    """Return the one number of a frame."""
    (row,) = counted.collect()
    return int(row[0] or 0)


def anti(child: DataFrame, parent: DataFrame, children: int, parents: int) -> int:
    """Anti join all rows, as the check does."""
    return total(child.join(parent, "id", "left_anti").agg(one()))


def grouped(child: DataFrame, parent: DataFrame, children: int, parents: int) -> int:
    """Anti join the different keys, each with its number of rows."""
    keys = child.groupBy("id").agg(one().alias("rows"))
    return total(keys.join(parent, "id", "left_anti").agg(F.sum("rows")))


def semi(child: DataFrame, parent: DataFrame, children: int, parents: int) -> int:
    """Subtract the rows of a semi join, for which Spark may plan a runtime filter, from all rows."""
    return total(child.agg(one())) - total(child.join(parent, "id", "left_semi").agg(one()))


def of_parent(child: DataFrame, parent: DataFrame, children: int, parents: int) -> int:
    """Count what a filter of the parent's keys refuses, and anti join what it lets through."""
    shape = shape_for(parents, FPR)
    marked = bloom_probe(child, bloom_build(parent, KIND, shape), KIND, shape)
    return _refused_and_hidden(marked, parent)


def of_parent_jvm(child: DataFrame, parent: DataFrame, children: int, parents: int) -> int:
    """Do the same with Spark's own filter in the JVM."""
    return _refused_and_hidden(spark_own.probe(child, "id", spark_own.build(parent, "id", parents, FPR)), parent)


def of_child(child: DataFrame, parent: DataFrame, children: int, parents: int) -> int:
    """Anti join with the parent's rows that a filter of the child's keys lets through."""
    shape = shape_for(children, FPR)
    asked = bloom_probe(parent, bloom_build(child, KIND, shape), KIND, shape).filter("_maybe")
    return total(child.join(asked, "id", "left_anti").agg(one()))


def of_child_jvm(child: DataFrame, parent: DataFrame, children: int, parents: int) -> int:
    """Do the same with Spark's own filter in the JVM."""
    asked = spark_own.probe(parent, "id", spark_own.build(child, "id", children, FPR)).filter("_maybe")
    return total(child.join(asked, "id", "left_anti").agg(one()))


def of_child_keys(child: DataFrame, parent: DataFrame, children: int, parents: int) -> int:
    """Anti join with the parent's rows that have a key of the child, which every worker gets."""
    asked = parent.join(F.broadcast(child.distinct()), "id", "left_semi")
    return total(child.join(asked, "id", "left_anti").agg(one()))


def _refused_and_hidden(marked: DataFrame, parent: DataFrame) -> int:
    refused = marked.filter("NOT _maybe").agg(one().alias("n"))
    hidden = marked.filter("_maybe").join(parent, "id", "left_anti").agg(one().alias("n"))
    return total(refused.union(hidden).agg(F.sum("n")))


WAYS: dict[str, Way] = {
    "anti join of all rows": anti,
    "anti join of the keys": grouped,
    "all rows less a semi join": semi,
    "filter of the parent, hits verified": of_parent,
    "the same, Spark's filter": of_parent_jvm,
    "parent thinned by a filter of the child": of_child,
    "the same by Spark's filter": of_child_jvm,
    "parent thinned by the child's keys": of_child_keys,
}

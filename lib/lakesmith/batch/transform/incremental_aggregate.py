"""Groups that a change of the upstream touches: computed anew from all their rows, or merged with what came new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.context import BatchContext
from lakesmith.batch.read.rows import read_inserted, read_lookups, read_other_changes
from lakesmith.batch.transform.merged_groups import merges_in, split_at_aggregate
from lakesmith.column_refs import same_key
from lakesmith.sources.registry import span_of
from lakesmith.tables.commit import find
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.upsert.replace_keys import changed_meanwhile
from lakesmith.transforms.contract import as_declared
from lakesmith.transforms.mergeable_aggregates import keeps_values, merged
from lakesmith.transforms.steps.bind import Step, run_steps
from lakesmith.types import Transform

Inputs = Mapping[str, DataFrame]


def computed(batch: BatchContext, rows: DataFrame, inputs: Inputs) -> DataFrame:
    """Compute all groups."""
    before, steps = split_at_aggregate(batch.spec.steps)
    return rows.transform(keyed(batch, inputs, before)).transform(
        run_steps(steps, inputs)
    )


def keyed(batch: BatchContext, inputs: Inputs, steps: Sequence[Step]) -> Transform:
    """Run steps before `aggregate`, then type the keys as the contract does: what is one key there is one group."""
    typed = as_declared(batch.spec.columns, batch.spec.write.keys)
    return lambda rows: rows.transform(run_steps(steps, inputs)).transform(typed)


def recomputed(
    batch: BatchContext, rows: DataFrame, groups: DataFrame, inputs: Inputs
) -> DataFrame:
    """Compute some groups from all their rows.

    Returns
    -------
    DataFrame
        *Columns*: the group's and its measures, and ``_emptied`` BOOLEAN, true for a group that has no row left.
    """
    before, steps = split_at_aggregate(batch.spec.steps)
    prepared = rows.transform(keyed(batch, inputs, before))
    anew = _only(prepared, groups, batch).transform(run_steps(steps, inputs))
    return _with_emptied(groups, anew, batch)


def merged_groups(batch: BatchContext, rows: DataFrame, inputs: Inputs) -> DataFrame:
    """Merge new rows into the groups that the table holds; groups that lost or changed a row are computed anew.

    Returns
    -------
    DataFrame
        *Columns*: as `recomputed`.

    Notes
    -----
    Reads no row of the upstream but the changes, where these only add rows. The table is read at the version that the
    batch began with, so that what is asked after the write is told the same.
    """
    keys = batch.spec.write.keys
    fresh = _fresh(batch, inputs)
    others = read_other_changes(batch)
    before, (_, *after) = split_at_aggregate(batch.spec.steps)
    hit = (
        None
        if others is None
        else others.transform(keyed(batch, inputs, before)).select(*keys).distinct()
    )
    if hit is not None:
        fresh = fresh.alias("f").join(
            hit.alias("x"), same_key("f", "x", keys), "left_anti"
        )
    one = merged(
        _held(batch), fresh, keys, merges_in(batch.project, batch.name) or {}
    ).transform(run_steps(after, inputs))
    marked = one.withColumn("_emptied", F.lit(False))
    return (
        marked
        if hit is None
        else marked.unionByName(recomputed(batch, rows, hit, inputs))
    )


def with_base(batch: BatchContext) -> BatchContext:
    """Return the batch with the version of the table to merge new rows into, if they can be merged.

    Notes
    -----
    They can where every measure merges and the table holds it as it was computed, where one spec computed every group
    from the rows up to one version, with the types that they have now, and no group was ever quarantined: of that one
    the table does not know what was. Without ANSI a sum that its type does not hold is NULL, which says nothing. No
    Spark job on a local path.
    """
    span = span_of(batch.intent.input)
    is_new = batch.intent.dates is None and not batch.intent.retyped
    is_change = span is not None and span.since is not None and is_new
    is_known = (
        batch.state is not None and batch.state.built_by == batch.intent.spec_hash
    )
    merges = (
        merges_in(batch.project, batch.name)
        if batch.is_incremental and is_change and is_known
        else None
    )
    is_ansi = batch.session.conf.get("spark.sql.ansi.enabled", "true") == "true"
    if merges is None or not is_ansi or batch.table.quarantine.exists(batch.session):
        return batch
    based = replace(batch, base=_version_before(batch))
    return (
        based
        if keeps_values(merges, _fresh(based, read_lookups(batch)), _held(based))
        else batch
    )


def require_base(batch: BatchContext) -> None:
    """Raise LS506 when a commit after the version that new rows were merged into changed rows."""
    if batch.base is None:
        return
    head = newest_commits(batch.session, batch.table, 1)[0].version
    later = (
        newest_commits(batch.session, batch.table, head - batch.base)
        if head > batch.base
        else []
    )
    if not all(commit.keeps_rows for commit in later):
        raise changed_meanwhile(batch.table)


def _fresh(batch: BatchContext, inputs: Inputs) -> DataFrame:
    """Return the measures of the new rows alone."""
    before, (aggregate, *_) = split_at_aggregate(batch.spec.steps)
    return (
        read_inserted(batch)
        .transform(keyed(batch, inputs, before))
        .transform(run_steps([aggregate], inputs))
    )


def _held(batch: BatchContext) -> DataFrame:
    held = batch.table.load(batch.session, versionAsOf=cast("int", batch.base))
    return held.filter(batch.touched.predicate()) if batch.touched else held


def _version_before(batch: BatchContext) -> int:
    """Return the version that the batch began with, also for a retry of one that landed."""
    landed = (
        find(batch.session, batch.table, batch.commit_id()) if batch.is_retry else None
    )
    return (
        landed.version - 1
        if landed
        else newest_commits(batch.session, batch.table, 1)[0].version
    )


def _only(rows: DataFrame, groups: DataFrame, batch: BatchContext) -> DataFrame:
    keys = batch.spec.write.keys
    bounded = rows.filter(batch.touched.predicate()) if batch.touched else rows
    return bounded.alias("r").join(
        groups.alias("g"), same_key("r", "g", keys), "left_semi"
    )


def _with_emptied(
    groups: DataFrame, recomputed: DataFrame, batch: BatchContext
) -> DataFrame:
    keys = batch.spec.write.keys
    values = [name for name in recomputed.columns if name not in keys]
    marked = recomputed.withColumn("_present", F.lit(True))
    joined = groups.alias("g").join(marked.alias("r"), same_key("g", "r", keys), "left")
    emptied = F.col("r._present").isNull().alias("_emptied")
    return joined.select(
        *[f"g.{key}" for key in keys], *[f"r.{name}" for name in values], emptied
    )

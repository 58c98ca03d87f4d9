"""Recompute changed groups from all their rows, or merge new rows into them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.read.read_rows import read_held
from lakesmith.batch.transform.merged_groups import merges_in, split_at_aggregate
from lakesmith.batch.transform.row_by_row import keyed
from lakesmith.column_refs import same_key
from lakesmith.sources.registry import span_of
from lakesmith.tables.commit import find
from lakesmith.tables.delta_log.history import newest_commits, newest_version
from lakesmith.tables.upsert.replace_keys import changed_meanwhile
from lakesmith.transforms.mergeable_aggregates import keeps_values, merged
from lakesmith.transforms.steps.bind import run_steps

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.read.inputs import BatchInputs


def computed(batch: BatchContext, inputs: BatchInputs) -> DataFrame:
    """Compute all groups.

    Returns
    -------
    DataFrame
        *Columns*: the group's and its measures.
    """
    lookups = inputs.lookups
    before, steps = split_at_aggregate(batch.spec.steps)
    key_rows = keyed(batch, lookups, before)
    measure = run_steps(steps, lookups)
    rows = inputs.rows.transform(key_rows)
    return rows.transform(measure)


def recomputed(
    batch: BatchContext, inputs: BatchInputs, groups: DataFrame
) -> DataFrame:
    """Compute some groups from all their rows.

    Returns
    -------
    DataFrame
        *Columns*: the group's and its measures, and ``_emptied`` BOOLEAN, true for a group that
        has no row left.
    """
    lookups = inputs.lookups
    before, steps = split_at_aggregate(batch.spec.steps)
    key_rows = keyed(batch, lookups, before)
    measure = run_steps(steps, lookups)
    prepared = inputs.rows.transform(key_rows)
    rows = _only(prepared, groups, batch)
    measures = rows.transform(measure)
    return _with_emptied(groups, measures, batch)


def merged_groups(batch: BatchContext, inputs: BatchInputs) -> DataFrame:
    """Merge new rows into the groups of the table, and recompute groups that lost or changed a row.

    Returns
    -------
    DataFrame
        *Columns*: as `recomputed`.

    Notes
    -----
    Where the changes only add rows, no other row of the upstream is read. The table is read at the
    version that the batch began with, so that a replay after the write returns the same.
    """
    keys = batch.spec.write.keys
    new = _measures_of_new_rows(batch, inputs)
    hit = _groups_to_recompute(batch, inputs)
    if hit is not None:
        is_hit = same_key("f", "x", keys)
        new = new.alias("f").join(hit.alias("x"), is_hit, "left_anti")
    merges = merges_in(batch.project, batch.name) or {}
    held = read_held(batch)
    both = merged(held, new, keys, merges)
    _, (_, *after) = split_at_aggregate(batch.spec.steps)
    finish = run_steps(after, inputs.lookups)
    groups = both.transform(finish)
    marked = groups.withColumn("_emptied", F.lit(False))
    if hit is None:
        return marked
    others = recomputed(batch, inputs, hit)
    return marked.unionByName(others)


def with_base(batch: BatchContext, inputs: BatchInputs) -> BatchContext:
    """Return the batch with the version of the table to merge new rows into, if they can be merged.

    Notes
    -----
    They can where every measure merges and the table stores it as it was computed, where one spec
    computed every group from the rows up to one version, with the types that they have now, and no
    group was ever quarantined. What was quarantined the table does not have. Without ANSI a sum
    that its type does not hold is NULL, which cannot be merged. No Spark job on a local path.
    """
    if not _may_merge(batch):
        return batch
    merges = merges_in(batch.project, batch.name)
    if merges is None or batch.table.quarantine.exists(batch.session):
        return batch
    before = _version_before(batch)
    based = replace(batch, base=before)
    new = _measures_of_new_rows(based, inputs)
    held = read_held(based)
    if keeps_values(merges, new, held):
        return based
    return batch


def require_base(batch: BatchContext) -> None:
    """Raise LS506 when a commit after the version that new rows were merged into changed rows."""
    if batch.base is None:
        return
    head = newest_version(batch.session, batch.table)
    later = (
        newest_commits(batch.session, batch.table, head - batch.base)
        if head > batch.base
        else []
    )
    if not all(commit.keeps_rows for commit in later):
        raise changed_meanwhile(batch.table)


def _may_merge(batch: BatchContext) -> bool:
    intent = batch.intent
    state = batch.state
    span = span_of(intent.input)
    if not batch.is_incremental or span is None or span.since is None:
        return False
    if intent.dates is not None or intent.retyped:
        return False
    if state is None or state.built_by != intent.spec_hash:
        return False
    return batch.session.conf.get("spark.sql.ansi.enabled", "true") == "true"


def _measures_of_new_rows(batch: BatchContext, inputs: BatchInputs) -> DataFrame:
    lookups = inputs.lookups
    before, (aggregate, *_) = split_at_aggregate(batch.spec.steps)
    key_rows = keyed(batch, lookups, before)
    measure = run_steps([aggregate], lookups)
    rows = inputs.inserted.transform(key_rows)
    return rows.transform(measure)


def _groups_to_recompute(batch: BatchContext, inputs: BatchInputs) -> DataFrame | None:
    changes = inputs.other_changes
    if changes is None:
        return None
    before, _ = split_at_aggregate(batch.spec.steps)
    key_rows = keyed(batch, inputs.lookups, before)
    rows = changes.transform(key_rows)
    groups = rows.select(*batch.spec.write.keys)
    return groups.distinct()


def _version_before(batch: BatchContext) -> int:
    """Return the version that the batch began with, also for a retry of one that landed."""
    landed = (
        find(batch.session, batch.table, batch.commit_id()) if batch.is_retry else None
    )
    if landed:
        return landed.version - 1
    return newest_version(batch.session, batch.table)


def _only(rows: DataFrame, groups: DataFrame, batch: BatchContext) -> DataFrame:
    keys = batch.spec.write.keys
    if batch.touched:
        rows = rows.filter(batch.touched.predicate())
    is_of_group = same_key("r", "g", keys)
    wanted = groups.alias("g")
    return rows.alias("r").join(wanted, is_of_group, "left_semi")


def _with_emptied(
    groups: DataFrame, recomputed: DataFrame, batch: BatchContext
) -> DataFrame:
    keys = batch.spec.write.keys
    of_group = [f"g.{key}" for key in keys]
    of_rows = [f"r.{name}" for name in recomputed.columns if name not in keys]
    marked = recomputed.withColumn("_present", F.lit(True))
    is_same = same_key("g", "r", keys)
    joined = groups.alias("g").join(marked.alias("r"), is_same, "left")
    emptied = F.col("r._present").isNull()
    return joined.select(*of_group, *of_rows, emptied.alias("_emptied"))

"""Read exactly the rows that the intent names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.batch.event_fields import landed_keys, unchanged_in
from lakesmith.columns import ARRIVED, TRUNCATES
from lakesmith.errors import InputError
from lakesmith.sources.registry import reader_of, span_of, unreadable
from lakesmith.sources.upstream import (
    changed_rows,
    inserted_rows,
    only_adds,
    other_changes,
    snapshot,
)
from lakesmith.spec.change_semantics import settled_columns, sources_of
from lakesmith.spec.step_kinds.statistics import frozen_table
from lakesmith.tables.upsert.stored_filter import stored_filter
from lakesmith.transforms.change_events.debezium import from_debezium
from lakesmith.transforms.change_events.flat_events import from_flat
from lakesmith.transforms.change_events.payload import out_of_payload
from lakesmith.transforms.conform import with_defaults
from lakesmith.transforms.from_raw import from_raw
from lakesmith.transforms.steps.inputs import StepInputs
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.sketches.stored_filter import StoredFilter
    from lakesmith.sources.base import Source
    from lakesmith.spec.model import Table


def read_rows(batch: BatchContext) -> DataFrame:
    """Return the rows of the batch.

    Returns
    -------
    DataFrame
        *Columns*: a source's declared columns as STRING, then ``_batch_id`` BIGINT,
        ``_ingested_at`` TIMESTAMP (the run time of the intent), ``_source``, ``_source_file``,
        ``_rescued`` STRING; or the columns of the upstream table. What is recomputed reads the
        upstream's rows at the intent's version. Quarantined rows that are replayed come as they
        came first, with their ``_raw``.
    """
    source = reader_of(batch.project, batch.name, batch.intent.input)
    problem = unreadable(source, batch.intent.input)
    if problem:
        raise _changed(batch, problem)
    rows = source.read(batch.session, batch.intent.input)
    if batch.intent.is_replay:
        return rows.transform(from_raw(input_type(batch)))
    if not batch.reads_table:
        return _landed(batch, source, rows)
    if batch.spec.write.recomputes:
        return rows
    if batch.spec.write.change_format == "debezium":
        rows = rows.transform(out_of_payload)
    return rows.transform(_changes(batch.spec, rows.columns))


def input_type(batch: BatchContext) -> StructType:
    """Return the columns that the batches of a table read from its upstream, with their types.

    Notes
    -----
    No Spark job.
    """
    return read_rows(batch.from_the_beginning()).drop(ARRIVED).schema


def _changes(spec: Table, arrived: Sequence[str]) -> Transform:
    """Return what turns events into rows."""
    if spec.write.change_format == "debezium":
        return _unwrapped(spec, arrived)
    if spec.write.leaves_values:
        settled = {*settled_columns(spec)}
        sources = [
            source for name, source in sources_of(spec).items() if name not in settled
        ]
        return from_flat(sources, unchanged_in(spec))
    return lambda rows: rows


def _unwrapped(spec: Table, arrived: Sequence[str]) -> Transform:
    sources = sources_of(spec)
    # When an event happened is said by its envelope, not by the images of the row.
    envelope = {name.lower() for name in arrived}
    of_envelope = {
        name
        for name in spec.write.sequence_by
        if sources.get(name, "").lower() in envelope
    }
    # Several columns may be made of one field.
    read = [source for name, source in sources.items() if name not in of_envelope]
    fields = list({source.lower(): source for source in read}.values())
    sequence = [sources[name] for name in spec.write.sequence_by if name in sources]
    keys = [sources[key] for key in spec.write.keys]
    history = spec.write.keeps_history
    unchanged = unchanged_in(spec)
    unwrapped = from_debezium(
        fields,
        keys,
        sequence,
        keeps_history=history,
        unchanged=unchanged,
        key_types=landed_keys(spec),
    )
    if spec.write.truncates == TRUNCATES:
        return unwrapped
    return lambda rows: unwrapped(rows).drop(TRUNCATES)


def read_changes(batch: BatchContext) -> DataFrame:
    """Return old and new images of the upstream rows that changed, for the groups to recompute.

    *Columns*: the upstream's.
    """
    return _read_feed(batch, changed_rows)


def read_inserted(batch: BatchContext) -> DataFrame:
    """Return the new rows of the upstream.

    *Columns*: the upstream's.
    """
    return _read_feed(batch, inserted_rows)


def read_other_changes(batch: BatchContext) -> DataFrame | None:
    """Return old and new images of changed older upstream rows, or None without any."""
    name, since, to, voids = _span(batch)
    table = batch.ref(name)
    if only_adds(batch.session, table, since, to, voids):
        return None
    return _read_feed(batch, other_changes)


def _read_feed(batch: BatchContext, rows_of: Callable[..., DataFrame]) -> DataFrame:
    name, since, to, voids = _span(batch)
    table = batch.ref(name)
    rows = rows_of(batch.session, table, since, to, voids)
    return rows.transform(_defaults(batch, name))


def _span(batch: BatchContext) -> tuple[str, int, int, Sequence[tuple[int, int]]]:
    span = span_of(batch.intent.input)
    if span is None or span.since is None:
        raise InputError(
            f"{batch.name} has no earlier position to read changes from", code="LS205"
        )
    return span.name, span.since, span.to, span.voids


def read_lookups(batch: BatchContext) -> StepInputs:
    """Return the declared inputs by name, each at the version that the intent names."""
    versions = dict(batch.intent.lookups)
    tables = batch.spec.inputs
    frames = {
        name: _held_at(batch, table, versions[name]) for name, table in tables.items()
    }

    @cache
    def filter_of(name: str) -> StoredFilter | None:
        table = tables[name]
        spec = batch.project.table(table)
        return stored_filter(batch.session, batch.ref(table), spec, versions[name])

    return StepInputs(frames, filter_of)


def read_references(batch: BatchContext) -> dict[str, DataFrame]:
    """Return the tables that the checks read, each at the version that the intent names.

    *Columns*: those of each table, without hidden ones.
    """
    return {
        table: _held_at(batch, table, version)
        for table, version in batch.intent.references
        if frozen_table(table) is None
    }


def _held_at(batch: BatchContext, table: str, version: int) -> DataFrame:
    """Return the rows of a table at a version, with its defaults."""
    rows = snapshot(batch.session, batch.ref(table), version)
    return rows.transform(_defaults(batch, table))


def _defaults(batch: BatchContext, table: str) -> Transform:
    return with_defaults(batch.project.table(table).columns)


def _landed(batch: BatchContext, source: Source, rows: DataFrame) -> DataFrame:
    arrived = [ARRIVED] if source.may_lack() else []
    return rows.select(
        *source.column_types(),
        F.lit(batch.intent.batch).cast("bigint").alias("_batch_id"),
        F.lit(batch.intent.run_time).cast("timestamp").alias("_ingested_at"),
        F.lit(source.name).alias("_source"),
        "_source_file",
        "_rescued",
        *arrived,
    )


def _changed(batch: BatchContext, problem: str) -> InputError:
    """Return the refusal of input that changed, since a retry reads what the intent has."""
    return InputError(
        problem,
        code="LS206",
        where=f"{batch.name} batch {batch.intent.batch}",
        hint="put the file back as it was and run again; land corrections as new files",
    )


def read_held(batch: BatchContext) -> DataFrame:
    """Return the groups of the table that the batch touches, at the version that it began with.

    *Columns*: the table's.
    """
    version = cast("int", batch.base)
    held = batch.table.load(batch.session, versionAsOf=version)
    if not batch.touched:
        return held
    return held.filter(batch.touched.predicate())

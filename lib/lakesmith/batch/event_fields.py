"""Name the fields that the events of a table must have or may leave as they were."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column

from lakesmith.batch.context import BatchContext
from lakesmith.column_refs import named
from lakesmith.ledger.intent import FilesInput
from lakesmith.spec.model import Table
from lakesmith.spec.rules.history import makes_column
from lakesmith.transforms.change_events.unchanged import Unchanged


def sources_of(spec: Table) -> dict[str, str]:
    """Return each contract column with the field that it is read from.

    Examples
    --------
    >>> from lakesmith.spec.model import Column, Table
    >>> columns = {"id": Column(type="int"), "price": Column(type="int", source="Price")}
    >>> sources_of(Table(from_="bronze.orders", columns=columns))
    {'id': 'id', 'price': 'Price'}
    """
    return {name: column.source or name for name, column in spec.columns.items()}


def settled_columns(spec: Table) -> tuple[str, ...]:
    """Return the columns that every event must have: which row it changes, and when.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> write = Write(strategy="upsert", keys=("id",), sequence_by=("at",))
    >>> settled_columns(Table(from_="bronze.orders", write=write))
    ('id', 'at')
    """
    return (*spec.write.keys, *spec.write.sequence_by)


def unchanged_in(spec: Table) -> Unchanged:
    """Return how the events of a table mark a value as unchanged."""
    write = spec.write
    fields = sources_of(spec).items()
    made = tuple(source for name, source in fields if makes_column(spec, name))
    null_is_unchanged = write.null_means == "unchanged"
    return Unchanged(write.placeholders, write.partial_updates, null_is_unchanged, made)


def asked_fields(batch: BatchContext) -> dict[str, str]:
    """Return the columns that are counted on arrival, each with its field.

    Notes
    -----
    They are the columns of a JSON source, where a field that no row has is no error, and those of
    Debezium images.
    """
    read_from = batch.intent.input
    if not isinstance(read_from, FilesInput):
        is_debezium = batch.spec.write.change_format == "debezium"
        return sources_of(batch.spec) if is_debezium else {}
    source = batch.project.sources[read_from.name]
    names = source.columns if source.format == "json" else ()
    return {name: name for name in names if name not in source.optional_columns}


def is_mark(keys: Sequence[str]) -> Column:
    """Return whether a row is the mark that a truncate leaves: all of its key is NULL.

    Examples
    --------
    >>> rows = spark.sql("SELECT NULL AS a, NULL AS b UNION ALL SELECT NULL, 1")
    >>> rows.filter(is_mark(["a", "b"])).count()
    1
    """
    return reduce(Column.__and__, [named(key).isNull() for key in keys])

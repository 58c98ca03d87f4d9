"""Name the fields that the events of a table must have or may leave as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lakesmith.sources.registry import source_of
from lakesmith.spec.change_semantics import sources_of
from lakesmith.spec.rules.history import makes_column
from lakesmith.transforms.change_events.unchanged import Unchanged

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.spec.model import Column, Table


def landed_keys(spec: Table) -> Mapping[str, Column] | None:
    """Return the contract columns of the keys by field, None where a step may change a key.

    Examples
    --------
    >>> from lakesmith.spec.model import Column, Table, Write
    >>> columns = {"id": Column(type="int", source="Id")}
    >>> write = Write(strategy="upsert", keys=("id",))
    >>> list(landed_keys(Table(from_="bronze.orders", columns=columns, write=write)))
    ['Id']
    >>> trimmed = Table(from_="bronze.a", columns=columns, write=write, steps=({"trim": ["id"]},))
    >>> landed_keys(trimmed) is None
    True
    """
    keys = {name: spec.columns[name] for name in spec.write.keys}
    if any(makes_column(spec, name) for name in keys):
        return None
    # A default makes one value of NULL and itself.
    if any(column.default is not None for column in keys.values()):
        return None

    landed = {column.source or name: column for name, column in keys.items()}
    # Two columns of one field may differ in what they tell apart.
    if len(landed) == len(keys):
        return landed
    return None


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
    if batch.reads_table:
        is_debezium = batch.spec.write.change_format == "debezium"
        return sources_of(batch.spec) if is_debezium else {}
    source = source_of(batch.project, batch.name)
    return {name: name for name in source.may_lack()}

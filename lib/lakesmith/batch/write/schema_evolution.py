"""Change the schema of a table as its policy allows, before a batch is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from pyspark.sql.types import StructType

from lakesmith.batch.gate.align_schema import brought_schema, changes_of, stored_schema
from lakesmith.batch.same_settings import (
    REBUILD,
    require_same_history,
    require_same_settings,
)
from lakesmith.errors import WriteError
from lakesmith.tables.commit import find, identify
from lakesmith.tables.create import table_options
from lakesmith.tables.delta_log.fsync import force_newest
from lakesmith.tables.properties import (
    missing_properties,
    properties_of,
    set_properties,
)
from lakesmith.tables.schema.ddl import needed_properties, statements
from lakesmith.tables.schema.diff import (
    ALLOWED,
    Change,
    after,
    fields_of,
    keeps_equality,
)
from lakesmith.tables.schema.versions import shape_property

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.spec.model import Table

_FEED = "delta.enableChangeDataFeed"
_ALTERS = ("add", "widen", "rename")


def evolve_schema(frames: BatchFrames) -> BatchFrames:
    """Change the table as its batch needs, and return the batch built on the new schema.

    Raises
    ------
    WriteError
        LS504 when `on_schema_change` does not allow a difference, LS510 when no table could
        adopt it, LS511 when it concerns a key.

    Notes
    -----
    Properties, renames, types and new columns are changed by separate commits before the
    batch's. A retry sees in the table what was done, and does the rest. Deletion vectors,
    change feed and retention of an older table are set as the spec says. No Spark job on a
    local path.
    """
    batch = frames.batch
    _require_exact_names(batch, frames.rows.columns, "the rows have")
    _require_columns(batch, frames.rows.columns)
    if batch.intent.first and not batch.table.exists(batch.session):
        return frames
    if not batch.intent.first:
        require_same_settings(batch)
    stored = stored_schema(batch, validity=True)
    if not batch.intent.first:
        _require_exact_names(batch, stored.names, "the table has")
    changes = changes_of(batch, stored, frames.rows)
    if batch.intent.first:
        _prepare_rebuild(batch, stored, frames, changes)
        return frames
    require_allowed(batch.name, batch.spec, changes)
    require_same_history(batch, changes)
    pending = [change for change in changes if change.kind in _ALTERS]
    _alter(
        batch,
        _needed_properties(batch, stored, pending),
        pending,
    )
    return frames.rebuilt() if pending else frames


def require_allowed(name: str, spec: Table, changes: Sequence[Change]) -> None:
    """Refuse the differences that a table may not adopt.

    Raises
    ------
    WriteError
        LS504, LS510 or LS511.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> require_allowed("silver.orders", Table(from_="bronze.orders"), [])
    """
    of_keys = [change for change in changes if _breaks_key(change, spec)]
    if of_keys:
        hint = (
            "put the column back as it was, take one that is no key out of key_implies, "
            f"or {REBUILD}"
        )
        raise _refused("LS511", name, of_keys, hint)
    orphans = [change for change in changes if change.kind == "orphan"]
    if orphans:
        hint = (
            "write in renamed_from the name that the table has, "
            "or take renamed_from out to have a new column"
        )
        raise _refused("LS510", name, orphans, hint)
    late = [change for change in changes if change.kind == "late"]
    if late:
        hint = f"{REBUILD}, or take renamed_from out to leave old values where they are"
        raise _refused("LS510", name, late, hint)
    _require_policy(name, spec, changes)


def _require_policy(name: str, spec: Table, changes: Sequence[Change]) -> None:
    policy = spec.on_schema_change
    refused = [change for change in changes if change.kind not in ALLOWED[policy]]
    kinds = {change.kind for change in refused}
    if not refused:
        return
    if policy != "fail" and kinds & {"retype", "lose"}:
        raise _refused(
            "LS510",
            name,
            refused,
            f"restore the spec, or {REBUILD}",
        )
    allowing = [policy for policy, allowed in ALLOWED.items() if kinds <= allowed]
    instead = f"set on_schema_change: {' or '.join(allowing)}, " if allowing else ""
    hint = f"{instead}keep the contract as it was, or `lakesmith run --rebuild`"
    raise _refused("LS504", name, refused, hint)


def _require_exact_names(batch: BatchContext, columns: Sequence[str], who: str) -> None:
    """Refuse another case of a name, which Spark finds but the log and the files do not."""
    write = batch.spec.write
    exact = {name.lower(): name for name in columns}
    settings = (
        write.keys,
        write.sequence_by,
        write.track_history_columns,
        write.key_implies,
        write.partition_by,
    )
    for name in chain.from_iterable(settings):
        of_rows = exact.get(name.lower(), name)
        if of_rows != name:
            raise WriteError(
                f"write names the column '{name}', and {who} '{of_rows}'",
                code="LS511",
                where=batch.name,
                hint=f"write '{of_rows}' in the spec; "
                "a table with rows may need `lakesmith run --rebuild --select` it",
            )


def _require_columns(batch: BatchContext, columns: Sequence[str]) -> None:
    """Refuse a column in `write` that no row has, such as one that is rescued."""
    write = batch.spec.write
    present = {name.lower() for name in columns}
    is_rescued = batch.spec.on_schema_change == "rescue"
    rescued = " (on_schema_change: rescue keeps it in _rescued)" if is_rescued else ""
    for key in ("track_history_columns", "key_implies"):
        missing = [name for name in getattr(write, key) if name.lower() not in present]
        if missing:
            names = ", ".join(missing)
            raise WriteError(
                f"write.{key} names {names}, which is no column of the table{rescued}",
                code="LS511",
                where=batch.name,
                hint="take it out of the spec, or build the table with it: "
                "`lakesmith run --rebuild --select` it",
            )


def _breaks_key(change: Change, spec: Table) -> bool:
    # Rows are looked up within the bounds of what their keys imply. A row that has another
    # value there, or none, is not found.
    write = spec.write
    of_key = (*write.keys, *write.key_implies)
    if change.column in of_key:
        is_other = change.kind in ("add", "lose", "retype")
        return is_other or not keeps_equality(change)
    is_lost = change.kind == "lose"
    return is_lost and change.column in write.partition_by


def _refused(code: str, name: str, changes: Sequence[Change], hint: str) -> WriteError:
    differences = ", ".join(str(change) for change in changes)
    return WriteError(
        f"the batch's columns are not the table's: {differences}",
        code=code,
        where=name,
        hint=hint,
    )


def _prepare_rebuild(
    batch: BatchContext,
    stored: StructType,
    frames: BatchFrames,
    changes: Sequence[Change],
) -> None:
    """Set the properties of the old table that its rebuild needs, unless that landed before.

    After the rows it would be too late. A change feed that is off would end for readers
    downstream.
    """
    has_landed = batch.is_retry and find(
        batch.session,
        batch.table,
        batch.commit_id(),
    )
    if not has_landed:
        _alter(
            batch,
            _rebuild_properties(batch, stored, frames, changes),
            (),
        )


def _rebuild_properties(
    batch: BatchContext,
    stored: StructType,
    frames: BatchFrames,
    changes: Sequence[Change],
) -> dict[str, str]:
    """Return what is recorded before a rebuild replaces the table.

    Delta gives a table with both column mapping and a change feed no other columns, nor
    other comments. The next batch turns the feed on again.
    """
    properties = properties_of(batch.session, batch.table)
    wanted = fields_of(brought_schema(batch, frames.rows))
    shape: dict[str, str] = {}
    if changes:
        shape = shape_property(
            properties,
            fields_of(stored),
            wanted,
            (),
        )
    is_mapped = properties.get("delta.columnMapping.mode") == "name"
    return {**shape, **({_FEED: "false"} if is_mapped else {})}


def _needed_properties(
    batch: BatchContext, stored: StructType, pending: Sequence[Change]
) -> dict[str, str]:
    """Return the properties that the spec and the pending changes need."""
    properties = properties_of(batch.session, batch.table)
    fields = fields_of(stored)
    shape: dict[str, str] = {}
    if pending:
        wanted = after(fields, pending)
        shape = shape_property(properties, fields, wanted, pending)
    missing = missing_properties(properties, table_options(batch.spec))
    return {**missing, **needed_properties(pending), **shape}


def _alter(
    batch: BatchContext, properties: Mapping[str, str], pending: Sequence[Change]
) -> None:
    columns = batch.spec.columns.items()
    comments = {name: column.description for name, column in columns}
    of_properties = [set_properties(properties)] if properties else []
    clauses = [*of_properties, *statements(pending, comments)]
    if clauses:
        identify(batch.session, batch.commit_id("alter"))
    for clause in clauses:
        statement = f"ALTER TABLE {batch.table.sql_name} {clause}"
        batch.session.sql(statement).collect()
        force_newest(batch.table)

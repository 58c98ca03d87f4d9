"""Before the write: the table takes on what its policy allows of a batch's columns; all else is an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from pyspark.sql.types import StructType

from lakesmith.batch.context import BatchContext
from lakesmith.batch.gate.align_schema import brought_schema, changes_of, stored_schema
from lakesmith.batch.gate.frames import Gated, gate
from lakesmith.errors import WriteError
from lakesmith.ledger.key_change import other_keys
from lakesmith.spec.model import Table
from lakesmith.tables.commit import find, identify
from lakesmith.tables.create import table_options
from lakesmith.tables.delta_log.fsync import force_newest
from lakesmith.tables.properties import (
    missing_properties,
    properties_of,
    set_properties,
)
from lakesmith.tables.schema.diff import (
    ALLOWED,
    Change,
    after,
    fields_of,
    keeps_equality,
    needed_properties,
    statements,
)
from lakesmith.tables.schema.versions import shape_property

FEED = "delta.enableChangeDataFeed"
ALTERS = ("add", "widen", "rename")


def evolved(gated: Gated) -> Gated:
    """Make the table what its batch needs, and return the batch, built anew where the table changed under it.

    Raises
    ------
    WriteError
        LS504 when `on_schema_change` does not allow a difference, LS510 when no table could take it on, LS511 when it
        concerns a key.

    Notes
    -----
    Each change is a commit of its own before the batch's: properties, renames, types, new columns. A retry finds on the
    disk what was done, and does the rest. Deletion vectors, change feed and retention of an older table are made what
    the spec says on the way. No Spark job on a local path.
    """
    batch = gated.batch
    _require_exact_names(batch, gated.rows.columns)
    _require_columns(batch, gated.rows.columns)
    if batch.intent.first and not batch.table.exists(batch.session):
        return gated
    if not batch.intent.first:
        _require_same_keys(batch)
    have = stored_schema(batch, validity=True)
    changes = changes_of(batch, have, gated.rows)
    if batch.intent.first:
        # What a retry did now would come after the rows: a feed put off there ends it for the tables below.
        if not (batch.is_retry and find(batch.session, batch.table, batch.commit_id())):
            _alter(batch, _outgoing(batch, have, gated, changes), ())
        return gated
    require_allowed(batch.name, batch.spec, changes)
    todo = [change for change in changes if change.kind in ALTERS]
    _alter(batch, _wanted(batch, have, todo), todo)
    return gate(batch) if todo else gated


def require_allowed(name: str, spec: Table, changes: Sequence[Change]) -> None:
    """Raise for the differences that a table may not take on."""
    keys = [change for change in changes if _breaks_key(change, spec)]
    if keys:
        raise _refused(
            "LS511",
            name,
            keys,
            "put the column back as it was, take one that is no key out of key_implies, or `lakesmith run --rebuild"
            " --select` the table",
        )
    orphans = [change for change in changes if change.kind == "orphan"]
    if orphans:
        hint = "write in renamed_from the name that the table has, or take renamed_from out to have a new column"
        raise _refused("LS510", name, orphans, hint)
    policy = spec.on_schema_change
    refused = [change for change in changes if change.kind not in ALLOWED[policy]]
    if policy != "fail" and any(
        change.kind in ("retype", "lose") for change in refused
    ):
        raise _refused(
            "LS510",
            name,
            refused,
            "restore the spec, or `lakesmith run --rebuild --select` the table",
        )
    if refused:
        allowing = [
            word
            for word, kinds in ALLOWED.items()
            if {change.kind for change in refused} <= kinds
        ]
        instead = f"set on_schema_change: {' or '.join(allowing)}, " if allowing else ""
        raise _refused(
            "LS504",
            name,
            refused,
            f"{instead}keep the contract as it was, or `lakesmith run --rebuild`",
        )


def _require_exact_names(batch: BatchContext, columns: Sequence[str]) -> None:
    """Raise where `write` names a column in another case: Spark finds it, the log and the files of a table do not."""
    write = batch.spec.write
    exact = {name.lower(): name for name in columns}
    told = (
        write.keys,
        write.sequence_by,
        write.track_history_columns,
        write.key_implies,
        write.partition_by,
    )
    for name in chain.from_iterable(told):
        found = exact.get(name.lower(), name)
        if found != name:
            what = f"write names the column '{name}', and the rows have '{found}'"
            hint = f"write '{found}' in the spec; a table with rows may need `lakesmith run --rebuild --select` it"
            raise WriteError(what, code="LS511", where=batch.name, hint=hint)


def _require_columns(batch: BatchContext, columns: Sequence[str]) -> None:
    """Raise where `write` names a column that no row has: for one, it is in ``_rescued``, the table having none."""
    write = batch.spec.write
    have = {name.lower() for name in columns}
    for key in ("track_history_columns", "key_implies"):
        missing = [name for name in getattr(write, key) if name.lower() not in have]
        if missing:
            rescued = " (on_schema_change: rescue keeps it in _rescued)" * (
                batch.spec.on_schema_change == "rescue"
            )
            what = f"write.{key} names {', '.join(missing)}, which is no column of the table{rescued}"
            hint = "take it out of the spec, or build the table with it: `lakesmith run --rebuild --select` it"
            raise WriteError(what, code="LS511", where=batch.name, hint=hint)


def _require_same_keys(batch: BatchContext) -> None:
    told = (
        other_keys(batch.session, batch.table, batch.spec, batch.state)
        if batch.state
        else ""
    )
    if told:
        hint = "put it back as it was, or `lakesmith run --rebuild --select` the table"
        raise WriteError(told, code="LS511", where=batch.name, hint=hint)


def _breaks_key(change: Change, spec: Table) -> bool:
    # What a key implies bounds where its row is looked for: one that says it otherwise, or lacks it, is not found.
    if change.column in (*spec.write.keys, *spec.write.key_implies):
        return change.kind in ("add", "lose", "retype") or not keeps_equality(change)
    return change.column in spec.write.partition_by and change.kind == "lose"


def _refused(code: str, name: str, changes: Sequence[Change], hint: str) -> WriteError:
    told = ", ".join(str(change) for change in changes)
    return WriteError(
        f"the batch's columns are not the table's: {told}",
        code=code,
        where=name,
        hint=hint,
    )


def _outgoing(
    batch: BatchContext, have: StructType, gated: Gated, changes: Sequence[Change]
) -> dict[str, str]:
    """Return what is written down before a rebuild takes the place of the table.

    Delta gives a table with both column mapping and a change feed no other columns, nor other comments; the next batch
    turns the feed on again.
    """
    properties = properties_of(batch.session, batch.table)
    want = fields_of(brought_schema(batch, gated.rows))
    kept = shape_property(properties, fields_of(have), want, ()) if changes else {}
    return {
        **kept,
        **(
            {FEED: "false"}
            if properties.get("delta.columnMapping.mode") == "name"
            else {}
        ),
    }


def _wanted(
    batch: BatchContext, have: StructType, todo: Sequence[Change]
) -> dict[str, str]:
    properties = properties_of(batch.session, batch.table)
    fields = fields_of(have)
    kept = shape_property(properties, fields, after(fields, todo), todo) if todo else {}
    needed = needed_properties(todo)
    return {
        **missing_properties(properties, table_options(batch.spec)),
        **needed,
        **kept,
    }


def _alter(
    batch: BatchContext, properties: Mapping[str, str], todo: Sequence[Change]
) -> None:
    comments = {name: column.description for name, column in batch.spec.columns.items()}
    texts = [
        *([set_properties(properties)] if properties else []),
        *statements(todo, comments),
    ]
    if texts:
        identify(batch.session, batch.commit_id("alter"))
    for text in texts:
        batch.session.sql(f"ALTER TABLE {batch.table.sql_name} {text}").collect()
        force_newest(batch.table)

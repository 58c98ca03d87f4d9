"""Declare the strategies of Lakesmith itself."""

from __future__ import annotations

from dataclasses import replace

from lakesmith.columns import DELETED, VALIDITY
from lakesmith.spec.strategies.declaration import Declaration

_NEW_INPUT = "the new input once; nothing of the table"
_BY_KEY = (
    "the keys of the new input, then all of it; "
    "of the table what its {bound} touch{most}"
)
_VERSIONS = (
    "the new input once; of the table the open versions of its keys; "
    "for a late row {upstream} too"
)
_KEYS = "name the columns that identify a row"
_SEQUENCE = "name the columns that say which row of a key is the newer one"
_KEYED = ("keys", "sequence_by", "on_tie", "key_implies", "partition_by")
_EVENTS = (*_KEYED, "apply_as_deletes")
_NEEDS = {"keys": _KEYS, "sequence_by": _SEQUENCE}

APPEND = Declaration(
    name="append",
    emits="appends",
    reads=_NEW_INPUT,
    takes=("partition_by",),
    hint="append adds rows and matches none; take it out, or use strategy: upsert",
    backfill="rows",
)
UPSERT = Declaration(
    name="upsert",
    emits="updates",
    reads=_BY_KEY,
    takes=(*_EVENTS, "when_matched", "method", "key_filter"),
    needs={"keys": _KEYS},
    keeps="newest",
    backfill="rows",
)
SCD2 = Declaration(
    name="scd2",
    emits="rewrites",
    reads=_VERSIONS,
    takes=(*_EVENTS, "track_history_columns"),
    needs=_NEEDS,
    keeps="versions",
    adds=VALIDITY,
    rereads_input=True,
)
SNAPSHOT = Declaration(
    name="snapshot",
    emits="updates",
    reads="the new input once; all of the table",
    takes=(*_KEYED, "max_delete_share"),
    needs=_NEEDS,
    keeps="newest",
    adds=(DELETED,),
    rereads_input=True,
    compares_all=True,
    needs_raw_input=True,
    judges_commit=True,
)
_CDC = Declaration(
    name="cdc",
    emits="updates",
    reads=_BY_KEY,
    takes=(
        *_EVENTS,
        "apply_as_truncates",
        "change_format",
        "stored_as_scd_type",
        "track_history_columns",
        "partial_updates",
        "null_means",
        "unavailable_values",
    ),
    needs=_NEEDS,
    keeps="newest",
    needs_raw_input=True,
)
_CDC_VERSIONS = replace(
    _CDC,
    emits="rewrites",
    reads=_VERSIONS,
    keeps="versions",
    adds=VALIDITY,
    rereads_input=True,
)
CDC = replace(_CDC, as_versions=_CDC_VERSIONS)
REPLACE_PARTITIONS = Declaration(
    name="replace_partitions",
    emits="rewrites",
    reads="the changes, then the partitions they touch of {upstream}",
    takes=("partition_by", "allow_empty"),
    needs={"partition_by": "name the columns whose values say what is replaced"},
    hint="the rows of a partition are replaced whatever their keys are; take it out",
    recomputes="partition",
    judges_commit=True,
)
REPLACE_ALL = Declaration(
    name="replace_all",
    emits="rewrites",
    reads="all of {upstream}; nothing of the table",
    takes=("partition_by", "allow_empty"),
    hint="all rows are replaced whatever their keys are; take it out",
    recomputes="table",
)
AGGREGATE = Declaration(
    name="aggregate",
    emits="rewrites",
    reads="the changes, then the groups they touch of {upstream} and of the table",
    takes=("keys", "key_implies", "partition_by"),
    needs={"keys": "name the columns of the groups"},
    hint="aggregate replaces whole groups; take it out",
    recomputes="group",
    backfill="groups",
)

BUILT_IN = (
    APPEND,
    UPSERT,
    SCD2,
    SNAPSHOT,
    CDC,
    REPLACE_PARTITIONS,
    REPLACE_ALL,
    AGGREGATE,
)

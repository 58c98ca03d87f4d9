"""Define what a write strategy declares of itself, without Spark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Emits = Literal["appends", "updates", "rewrites"]
Keeps = Literal["rows", "newest", "versions"]
Unit = Literal["", "group", "partition", "table"]
Backfill = Literal["", "rows", "groups"]


@dataclass(frozen=True)
class Declaration:
    """What the specs, the plan and the tables downstream need to know of a strategy.

    Parameters
    ----------
    name : str
        The value of `write.strategy`.
    emits : {"appends", "updates", "rewrites"}
        What readers downstream meet. Rows that stay, rows that change but keep a
        tombstone when they are deleted, or rows that may vanish without one.
    reads : str
        What a batch reads, for `lakesmith plan`. May name ``{upstream}``, ``{bound}`` (keys
        and what they imply) and ``{most}`` (how much of the table that is at most).
    takes : tuple of str
        The settings of `write` that have an effect.
    needs : mapping of str to str
        The settings that must be given, each with its hint.
    hint : str
        What to do about a setting that the strategy does not take.
    keeps : {"rows", "newest", "versions"}
        Whether the table holds all rows, the newest row of each key, or its versions.
    recomputes : {"", "group", "partition", "table"}
        The unit that is computed from all its upstream rows when one of them changes.
        A "group" has equal `keys`, and one `aggregate` step makes it.
    backfill : {"", "rows", "groups"}
        What a backfill replaces. The rows of its dates, or the groups.
    adds : tuple of str
        Columns that the write adds to the rows of a batch.
    rereads_input : bool
        Whether input of earlier batches may be read again. Each row then needs the first
        column of `sequence_by`, and steps must give the same rows again.
    compares_all : bool
        Whether each batch is compared with all rows, so that missing ones are deleted.
    needs_raw_input : bool
        Whether the upstream must keep every event or snapshot as it came.
    judges_commit : bool
        Whether a verdict on a batch needs what its commit counted.
    as_versions : Declaration, optional
        What is declared instead for ``stored_as_scd_type: 2``.
    """

    name: str
    emits: Emits
    reads: str
    takes: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    hint: str = "take it out"
    keeps: Keeps = "rows"
    recomputes: Unit = ""
    backfill: Backfill = ""
    adds: tuple[str, ...] = ()
    rereads_input: bool = False
    compares_all: bool = False
    needs_raw_input: bool = False
    judges_commit: bool = False
    as_versions: Declaration | None = None

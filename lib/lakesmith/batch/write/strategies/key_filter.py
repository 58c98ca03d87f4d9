"""Plug the Bloom filter of a table's keys into its upserts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.tables.upsert.filter_probe import Screened, screen
from lakesmith.tables.upsert.key_filter import refresh

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames


def probe_filter(frames: BatchFrames) -> Screened | None:
    """Return what the filter answers for a batch, or None where it may not be asked."""
    batch = frames.batch
    write = batch.spec.write
    is_asked = write.key_filter is not None and write.method == "auto"
    if not is_asked or batch.intent.first or batch.intent.dates:
        return None
    return screen(frames.replay.final, batch.table, batch.spec)


def refresh_filter(frames: BatchFrames) -> None:
    """Add the keys of a commit to the filter, or build it from scratch with the table."""
    batch = frames.batch
    if batch.spec.write.key_filter is not None:
        refresh(
            batch.session,
            batch.table,
            batch.spec,
            from_scratch=batch.intent.first,
        )

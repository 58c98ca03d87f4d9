"""Find quarantined rows of a snapshot, whose keys still exist at the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.write.key_joins import event_time, having, keys_of, lacking
from lakesmith.column_refs import named
from lakesmith.quality.gate import is_rejected
from lakesmith.tables.watermark import Watermark, as_text

if TYPE_CHECKING:
    from lakesmith.batch.gate.gate_rows import GatedRows

_MOST_AHEAD = 20


@dataclass(frozen=True)
class Quarantined:
    """What the quarantined rows of a batch say of snapshots.

    Parameters
    ----------
    of_newest : bool
        Some are of the newest snapshot.
    has_older : bool
        There are rows of older snapshots too.
    ahead : tuple of str, optional
        The times after the newest snapshot that they name; None for too many.
    """

    of_newest: bool
    has_older: bool
    ahead: tuple[str, ...] | None


def find_quarantined(
    replay: GatedRows, sequence: str, newest: Watermark, earlier: Sequence[str]
) -> Quarantined:
    """Return what the quarantined rows of a batch say of snapshots, in one job.

    Parameters
    ----------
    replay : GatedRows
    sequence : str
        The column with the time of a snapshot.
    newest : Watermark
        The newest snapshot.
    earlier : sequence of str
        The times ahead that earlier batches named.
    """
    at = named(sequence)
    time = newest.column()
    is_bad = is_rejected(replay.rules)
    ahead = F.collect_set(F.when(is_bad & (at > time), at))
    if earlier:
        before = [Watermark(newest.kind, text).column() for text in earlier]
        still_ahead = F.filter(F.array(*before), lambda other: other > time)
        ahead = F.array_union(ahead, still_ahead)
    few = F.slice(ahead, 1, _MOST_AHEAD + 1)
    texts = F.transform(few, lambda other: as_text(other, newest.kind))
    (metrics,) = replay.tagged.agg(
        F.count_if(is_bad & (at == time)).alias("newest"),
        F.count_if(at < time).alias("older"),
        texts.alias("ahead"),
    ).collect()
    times = sorted(metrics["ahead"])
    return Quarantined(
        of_newest=metrics["newest"] > 0,
        has_older=metrics["older"] > 0,
        ahead=tuple(times) if len(times) <= _MOST_AHEAD else None,
    )


def quarantined_keys(
    replay: GatedRows, keys: Sequence[str], sequence: str, newest: Watermark
) -> DataFrame:
    """Return the keys that quarantined rows of the newest snapshot name.

    *Columns*: `keys`.
    """
    is_newest = named(sequence) == newest.column()
    bad = replay.tagged.filter(is_rejected(replay.rules))
    return keys_of(bad.filter(is_newest), keys)


def rows_before(
    replay: GatedRows,
    final: DataFrame,
    quarantined: DataFrame,
    sequence: str,
    newest: Watermark,
) -> DataFrame:
    """Return the newest accepted rows of quarantined keys that no snapshot since lacks.

    *Columns*: those of `final`, which has the newest accepted row of each key. A snapshot is
    one with an accepted row.
    """
    keys = quarantined.columns
    last = newest.column()
    at = named(sequence).alias("_at")
    is_accepted = ~is_rejected(replay.rules)
    snapshots = replay.tagged.filter(is_accepted).select(at).distinct()
    time = event_time(final)
    before = final.filter(time < last)
    older = having(before, quarantined, keys)
    since = older.select(*map(named, keys), time.alias("_since"))
    is_between = (named("_at") > named("_since")) & (named("_at") < last)
    due = since.join(snapshots, is_between)
    present = replay.tagged.select(*map(named, keys), at)
    missing = lacking(due, present, [*keys, "_at"])
    return lacking(older, missing, keys)

"""Rows of extracts that the gate set aside: they name keys, so that these are not gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.gate.frames import Stages
from lakesmith.column_refs import named, same_key
from lakesmith.quality.gate import is_set_aside
from lakesmith.tables.watermark import Watermark, as_text
from lakesmith.transforms.scd2 import instant_of

MOST_AHEAD = 20


@dataclass(frozen=True)
class Aside:
    """What is known of rows set aside.

    Parameters
    ----------
    of_newest : bool
        Some are of the newest extract.
    has_older : bool
        There are rows of older extracts too.
    ahead : tuple of str, optional
        The instants after the newest extract that they name; None for too many.
    """

    of_newest: bool
    has_older: bool
    ahead: tuple[str, ...] | None


def look_aside(
    told: Stages, sequence: str, newest: Watermark, earlier: Sequence[str]
) -> Aside:
    """Look at the rows of a batch; `earlier` are the instants that those before it named ahead. One job."""
    at = named(sequence)
    is_bad = is_set_aside(told.rules)
    now = newest.column()
    ahead = F.collect_set(F.when(is_bad & (at > now), at))
    if earlier:
        known = F.array(*[Watermark(newest.kind, text).column() for text in earlier])
        ahead = F.array_union(ahead, F.filter(known, lambda one: one > now))
    found = told.tagged.agg(
        F.count_if(is_bad & (at == now)),
        F.count_if(at < now),
        F.transform(
            F.slice(ahead, 1, MOST_AHEAD + 1), lambda one: as_text(one, newest.kind)
        ),
    ).collect()[0]
    return Aside(
        found[0] > 0,
        found[1] > 0,
        tuple(sorted(found[2])) if len(found[2]) <= MOST_AHEAD else None,
    )


def keys_aside(
    told: Stages, keys: Sequence[str], sequence: str, newest: Watermark
) -> DataFrame:
    """Return the keys that rows of the newest extract name that are set aside."""
    bad = told.tagged.filter(
        is_set_aside(told.rules) & (named(sequence) == newest.column())
    )
    return bad.select(*map(named, keys)).distinct()


def kept_rows(
    told: Stages, final: DataFrame, aside: DataFrame, sequence: str, newest: Watermark
) -> DataFrame:
    """Return the newest accepted rows of the keys `aside`, of those that no extract since then lacks.

    *Columns*: of `final`, which has the newest accepted row of each key. An extract is one with an accepted row.
    """
    keys = aside.columns
    before = F.col("_seq").getField(instant_of(final))
    older = final.filter(before < newest.column()).alias("o")
    older = older.join(aside.alias("a"), same_key("o", "a", keys), "left_semi")
    at = named(sequence).alias("_at")
    extracts = told.tagged.filter(~is_set_aside(told.rules)).select(at).distinct()
    since = older.select(*map(named, keys), before.alias("_since"))
    between = (F.col("_at") > F.col("_since")) & (F.col("_at") < newest.column())
    due = since.join(extracts, between).alias("d")
    said = told.tagged.select(*map(named, keys), at).alias("s")
    lacking = due.join(said, _same_row(keys), "left_anti").alias("l")
    return older.alias("o").join(lacking, same_key("o", "l", keys), "left_anti")


def _same_row(keys: Sequence[str]) -> Column:
    return same_key("d", "s", keys) & (F.col("d._at") == F.col("s._at"))

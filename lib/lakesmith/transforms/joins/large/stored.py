"""Ask the Bloom filter that a table keeps of its keys, in place of one that is built for a join."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.column_refs import named, types_of
from lakesmith.errors import StepError
from lakesmith.sketches.bloom_shards import probe_shards

if TYPE_CHECKING:
    from lakesmith.sketches.stored_filter import StoredFilter

_ASKED = "_asked_"


def fitting(
    stored: StoredFilter | None, other: DataFrame, on: Sequence[str]
) -> StoredFilter | None:
    """Return a stored filter where it is one of the key of a join, else None.

    Examples
    --------
    >>> from lakesmith.sketches.bloom_sizing import Shape
    >>> from lakesmith.sketches.stored_filter import StoredFilter
    >>> stored = StoredFilter(spark.range(0), Shape(8), {"id": "bigint"})
    >>> fitting(stored, spark.range(1), ["id"]) is stored
    True
    >>> fitting(stored, spark.sql("SELECT 'a' AS id"), ["id"]) is None
    True
    """
    if stored is None:
        return None
    kinds = {name: kind.simpleString() for name, kind in types_of(other).items()}
    return stored if stored.fits(on, kinds) else None


def require_fitting(
    stored: StoredFilter | None, other: DataFrame, on: Sequence[str], step: str
) -> None:
    """Refuse a stored filter of another key.

    Raises
    ------
    StepError
        LS306 when it is of other columns, or of other types.
    """
    if stored is None or fitting(stored, other, on):
        return
    key = ", ".join(f"{name} {kind}" for name, kind in stored.key.items())
    raise StepError(
        f"step '{step}' takes no stored filter of ({key}) for a join on {list(on)}",
        code="LS306",
        hint="give the filter of the key that the join compares, or none",
    )


def probe_stored(
    rows: DataFrame, stored: StoredFilter, on: Sequence[str], asked: Sequence[str]
) -> DataFrame:
    """Mark rows whose key may be in a stored filter.

    Parameters
    ----------
    rows : DataFrame
    stored : StoredFilter
    on : sequence of str
        The columns of the key, as the filter knows them.
    asked : sequence of str
        Where `rows` have them, in the same order.

    Returns
    -------
    DataFrame
        *Columns*: adds ``_maybe`` BOOLEAN, false where the key is surely not in it.

    Examples
    --------
    >>> from lakesmith.sketches.bloom import bloom_build
    >>> from lakesmith.sketches.bloom_sizing import Shape
    >>> from lakesmith.sketches.stored_filter import StoredFilter
    >>> blocks = bloom_build(spark.range(3), {"id": "bigint"}, Shape(8))
    >>> stored = StoredFilter(blocks, Shape(8), {"id": "bigint"})
    >>> probe_stored(spark.range(3), stored, ["ID"], ["id"]).filter("_maybe").count()
    3
    """
    places = {name.lower(): place for name, place in zip(on, asked, strict=True)}
    # A hash takes the columns of a key in the order of their names.
    copies = {f"{_ASKED}{name}": places[name.lower()] for name in stored.key}
    kinds = {f"{_ASKED}{name}": kind for name, kind in stored.key.items()}
    columns = {copy: named(place) for copy, place in copies.items()}
    copied = rows.withColumns(columns)
    marked = probe_shards(copied, stored.blocks, kinds, stored.shape)
    return marked.drop(*copies)

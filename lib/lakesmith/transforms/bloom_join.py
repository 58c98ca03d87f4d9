"""A join of two large frames of which few rows match: a filter of the keys keeps the other rows out of the shuffle."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame

from lakesmith.column_refs import require
from lakesmith.sketches.bloom import bloom_build, bloom_probe, is_hashable
from lakesmith.sketches.bloom_sizing import shape_for
from lakesmith.transforms.joins import How, join
from lakesmith.types import WHOLE, Transform


def screen_join(
    *,
    other: DataFrame,
    on: Sequence[str],
    how: How = "left",
    columns: Sequence[str] = (),
    null_safe: bool = False,
    expected_keys: int = 1_000_000,
    fpr: float = 0.001,
) -> Transform:
    """Join as `join` does, and with the same rows; only rows whose key may be in `other` are shuffled.

    Parameters
    ----------
    other, on, how, columns, null_safe
        As of `lakesmith.transforms.joins.join`.
    expected_keys : int
        About how many keys `other` has; with more of them more rows are shuffled than need be.
    fpr : float
        The share of rows without a partner that are shuffled all the same.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a name is not there; LS307 when a column to take is on this side already.

    Notes
    -----
    Spark has a filter of its own for inner and semi joins; for left and anti joins it has none. Those read both sides
    twice, and `other` is shuffled all the same: it saves shuffling, not CPU, and pays where this side is much larger
    than `other` and few of its rows match. A step that is not deterministic must not come before. Where the keys'
    types differ it is the plain join.

    *Columns*: as of `join`.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> lines = frame(spark, "id int, customer int", [(1, 7), (2, 8)])
    >>> customers = frame(spark, "customer int", [(7,)])
    >>> lines.transform(screen_join(other=customers, on=["customer"], how="anti", expected_keys=1)).show()
    +---+--------+
    | id|customer|
    +---+--------+
    |  2|       8|
    +---+--------+
    <BLANKLINE>
    """
    plain = join(other=other, on=on, how=how, columns=columns, null_safe=null_safe)

    def apply(df: DataFrame) -> DataFrame:
        require(df, on, "join")
        require(other, on, "join")
        kinds = _kinds(df, on)
        if kinds != _kinds(other, on) or not is_hashable(kinds):
            return df.transform(plain)
        shape = shape_for(expected_keys, fpr)
        marked = bloom_probe(
            df, bloom_build(other.select(*on), kinds, shape), kinds, shape
        )
        joined = marked.filter("_maybe").drop("_maybe").transform(plain)
        if how in ("inner", "semi"):
            return joined
        return joined.unionByName(
            marked.filter("NOT _maybe").drop("_maybe"), allowMissingColumns=True
        )

    return apply


def _kinds(df: DataFrame, names: Sequence[str]) -> dict[str, str]:
    """Return the types of the key as they are hashed: whole numbers of any width are one type, so are floats."""
    kinds = dict(df.select(*names).dtypes)
    return {name: _wide(kinds[found]) for name, found in zip(names, kinds, strict=True)}


def _wide(kind: str) -> str:
    return "bigint" if kind in WHOLE else "double" if kind == "float" else kind

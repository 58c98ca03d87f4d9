"""Offer the joins of large sides as steps of a table, with the options that a spec may give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pyspark.sql import DataFrame

from lakesmith.sketches.stored_filter import StoredFilter  # noqa: TC001
from lakesmith.spec.step_kinds.statistics import Frozen  # noqa: TC001
from lakesmith.transforms.joins.bloom import anti_join_bloom as anti_bloom
from lakesmith.transforms.joins.bloom import semi_join_bloom as semi_bloom
from lakesmith.transforms.joins.large.frozen_keys import read_frozen
from lakesmith.transforms.joins.large.stored import fitting
from lakesmith.transforms.joins.skewed import join_skewed as skewed
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.transforms.joins.large.declared import HotKeys


def join_skewed(
    *,
    other: DataFrame,
    on: list[str],
    how: Literal["left", "inner", "semi", "anti"] = "left",
    columns: list[str] | None = None,
    null_safe: bool = False,
    hot_keys: list[Any] | Literal["frozen"] | None = None,
    other_hot_keys: list[Any] | None = None,
    other_is_unique: bool = False,
    reference: str = "",
    frozen: Frozen | None = None,
) -> Transform:
    """Join rows of a batch with an input, as `lakesmith.transforms.joins.skewed.join_skewed` does.

    Parameters
    ----------
    other : DataFrame
        The input.
    on, how, columns, null_safe, hot_keys, other_hot_keys, other_is_unique
        A right and a full join would give rows that the table's upstream has not. ``frozen`` takes
        the hot keys from `frozen`; they are found in the plan where it has none.
    reference : str
        The table whose hot keys were frozen; the table of the step by default.
    frozen : Frozen, optional
        The frozen statistics of the reference.

    Returns
    -------
    Transform

    Notes
    -----
    *Columns*: needs `on` on both sides -> adds `columns` but for semi and anti.

    No job runs while the frame is built: hot keys that are not declared are found in the plan.

    Examples
    --------
    >>> codes = spark.sql("SELECT 1L AS id, 'a' AS code")
    >>> spark.range(2).transform(join_skewed(other=codes, on=["id"])).filter("id = 1").first().code
    'a'
    """
    given: list[Any] | HotKeys | None
    if hot_keys == "frozen":
        given = read_frozen(frozen, on, other)
    else:
        given = hot_keys
    return skewed(
        other=other,
        on=on,
        how=how,
        columns=columns or (),
        null_safe=null_safe,
        hot_keys=given,
        other_hot_keys=other_hot_keys,
        other_is_unique=other_is_unique,
    )


def semi_join_bloom(
    *,
    other: DataFrame,
    on: list[str],
    null_safe: bool = False,
    expected_keys: int | None = None,
    stored: StoredFilter | None = None,
) -> Transform:
    """Keep the rows of a batch that have a match in an input.

    Parameters
    ----------
    other : DataFrame
        The input.
    on, null_safe, expected_keys
        As `lakesmith.transforms.joins.bloom.semi_join_bloom` takes them.
    stored : StoredFilter, optional
        The filter that the input's table keeps of its keys. One of another key is left aside.

    Returns
    -------
    Transform

    Notes
    -----
    *Columns*: needs `on` on both sides -> adds none.

    Examples
    --------
    >>> spark.range(9).transform(semi_join_bloom(other=spark.range(8, 10), on=["id"])).count()
    1
    """
    return semi_bloom(
        other=other,
        on=on,
        null_safe=null_safe,
        expected_keys=expected_keys,
        stored=fitting(stored, other, on),
    )


def anti_join_bloom(
    *,
    other: DataFrame,
    on: list[str],
    null_safe: bool = False,
    expected_keys: int | None = None,
    stored: StoredFilter | None = None,
) -> Transform:
    """Keep the rows of a batch that have no match in an input.

    Parameters
    ----------
    other : DataFrame
        The input.
    on, null_safe, expected_keys
        As `lakesmith.transforms.joins.bloom.anti_join_bloom` takes them.
    stored : StoredFilter, optional
        As in `semi_join_bloom`.

    Returns
    -------
    Transform

    Notes
    -----
    *Columns*: needs `on` on both sides -> adds none.

    Examples
    --------
    >>> spark.range(9).transform(anti_join_bloom(other=spark.range(8, 10), on=["id"])).count()
    8
    """
    return anti_bloom(
        other=other,
        on=on,
        null_safe=null_safe,
        expected_keys=expected_keys,
        stored=fitting(stored, other, on),
    )

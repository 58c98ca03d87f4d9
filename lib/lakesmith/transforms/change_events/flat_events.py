"""Read flat change events, with one column for each value, some of which an event may keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named, null
from lakesmith.columns import KEPT
from lakesmith.transforms.change_events.unavailable import forms_of
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.transforms.change_events.unchanged import Unchanged


def from_flat(fields: Sequence[str], unchanged: Unchanged) -> Transform:
    """Mark the values that the events leave as they were.

    Parameters
    ----------
    fields : sequence of str
        The columns that an event may leave as they were; missing ones are skipped.
    unchanged : Unchanged
        How an event says that a value stays as it was. A row of columns cannot tell what is absent
        from what is NULL.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs nothing -> replaces placeholders in `fields` by NULL, adds ``_kept``
    ARRAY<STRING>, the names of those that the event leaves as they were; NULL for none.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> from lakesmith.transforms.change_events.unchanged import Unchanged
    >>> rows = [(1, "Lamp", "10.00"), (1, None, "12.00")]
    >>> df = frame(spark, "id int, name string, price string", rows)
    >>> df.transform(from_flat(["name", "price"], Unchanged(absent=True, nulls=True))).show()
    +---+----+-----+------+
    | id|name|price| _kept|
    +---+----+-----+------+
    |  1|Lamp|10.00|  NULL|
    |  1|NULL|12.00|[name]|
    +---+----+-----+------+
    <BLANKLINE>
    """
    forms = forms_of(unchanged.placeholders)

    def apply(events: DataFrame) -> DataFrame:
        present = {name.lower(): name for name in events.columns}
        columns = {
            name: present[name.lower()] for name in fields if name.lower() in present
        }
        is_kept = {
            name: _is_kept(named(column), forms, unchanged)
            for name, column in columns.items()
        }

        made = [name for name in unchanged.made if name.lower() not in present]
        values = {
            column: F.when(~is_kept[name], named(column))
            for name, column in columns.items()
        }

        replaced = values if forms else {}

        return events.withColumns({KEPT: _kept_names(is_kept, made), **replaced})

    return apply


def _kept_names(is_kept: Mapping[str, Column], made: Sequence[str]) -> Column:
    empty = null("string")
    names = [F.when(condition, F.lit(name)) for name, condition in is_kept.items()]
    kept = F.array_compact(F.array(*names, empty))

    if not made:
        return F.when(F.size(kept) > 0, kept)

    derived = F.array(*map(F.lit, made))
    with_derived = F.array_union(kept, derived)

    return F.when(F.size(kept) > 0, with_derived)


def _is_kept(value: Column, forms: Sequence[str], unchanged: Unchanged) -> Column:
    is_kept = F.lit(False)
    if forms:
        is_placeholder = value.cast("string").isin(*forms)
        is_kept = is_true(is_placeholder)

    if not unchanged.nulls:
        return is_kept
    return is_kept | value.isNull()

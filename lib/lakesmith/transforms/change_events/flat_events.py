"""Flat change events: one column for each value, some of which an event may leave as they were."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import KEPT
from lakesmith.transforms.change_events.debezium import Unchanged
from lakesmith.transforms.change_events.unavailable import forms_of
from lakesmith.types import Transform


def from_flat(fields: Sequence[str], unchanged: Unchanged) -> Transform:
    """Say which values the events leave as they were.

    Parameters
    ----------
    fields : sequence of str
        The columns that an event may leave as they were; those that did not arrive are left out.
    unchanged : Unchanged
        What says that a value stays as it was. A row of columns does not tell what is absent from what is NULL.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs nothing -> replaces placeholders in `fields` by NULL, adds ``_kept`` ARRAY<STRING>, the names of
    those that the event leaves as they were; NULL for none.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, name string, price string", [(1, "Lamp", "10.00"), (1, None, "12.00")])
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
        arrived = {name.lower(): name for name in events.columns}
        there = {
            name: arrived[name.lower()] for name in fields if name.lower() in arrived
        }
        left = {
            name: _is_left(named(column), forms, unchanged)
            for name, column in there.items()
        }
        names = [F.when(is_left, F.lit(name)) for name, is_left in left.items()]
        kept = F.array_compact(F.array(*names, F.lit(None).cast("string")))
        made = [F.lit(name) for name in unchanged.made if name.lower() not in arrived]
        told = F.array_union(kept, F.array(*made)) if made else kept
        values = (
            {
                there[name]: F.when(~is_left, named(there[name]))
                for name, is_left in left.items()
            }
            if forms
            else {}
        )
        return events.withColumns({KEPT: F.when(F.size(kept) > 0, told), **values})

    return apply


def _is_left(value: Column, forms: Sequence[str], unchanged: Unchanged) -> Column:
    is_placeholder = (
        F.coalesce(value.cast("string").isin(*forms), F.lit(False))
        if forms
        else F.lit(False)
    )
    return is_placeholder | value.isNull() if unchanged.nulls else is_placeholder

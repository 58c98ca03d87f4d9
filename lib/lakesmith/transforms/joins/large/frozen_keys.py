"""Freeze the hot keys of a table, and read them where they fit a join."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lakesmith.column_refs import types_of
from lakesmith.spec.step_kinds.large_joins import hot_keys_statistic
from lakesmith.spec.step_kinds.statistics import Frozen, Value
from lakesmith.transforms.joins.large.declared import HotKeys
from lakesmith.types import WHOLE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def frozen_value(hot: HotKeys, kinds: Sequence[str]) -> Value:
    """Return hot keys as the value of a frozen statistic.

    Parameters
    ----------
    hot : HotKeys
    kinds : sequence of str
        The types of the key.

    Examples
    --------
    >>> frozen_value(HotKeys(("k",), (("17",),), (600,), 1000), ["int"])
    Value(text='{"keys": [["17"]], "rows": [600], "total": 1000}', type='int')
    """
    found = {"keys": hot.values, "rows": hot.rows, "total": hot.total}
    return Value(json.dumps(found), "; ".join(kinds))


def read_frozen(
    frozen: Frozen | None, on: Sequence[str], other: DataFrame
) -> HotKeys | None:
    """Return the frozen hot keys of a join, None where they are found in the plan.

    Parameters
    ----------
    frozen : Frozen, optional
    on : sequence of str
    other : DataFrame
        Its key decides whether frozen values fit: they have its types, or are narrower numbers.

    Examples
    --------
    >>> value = frozen_value(HotKeys(("k",), (("17",),), (600,), 1000), ["int"])
    >>> frozen = Frozen("silver.lines", 1, {hot_keys_statistic(["k"]).key: value})
    >>> print(read_frozen(frozen, ["k"], spark.range(1).selectExpr("id AS k")))
    1 hot key of 'k' with 60.0 % of 1,000 rows: 17
    >>> read_frozen(frozen, ["k"], spark.sql("SELECT 'a' AS k")) is None
    True
    """
    statistic = hot_keys_statistic(on)
    if frozen is None or not frozen.has(statistic):
        return None
    value = frozen.value(statistic)
    kinds = {name: kind.simpleString() for name, kind in types_of(other).items()}
    types = [kinds.get(name.lower(), "") for name in on]
    of_frozen = value.type.split("; ")
    fits = all(map(_fits, of_frozen, types))
    return _read(on, json.loads(value.text)) if fits else None


def _fits(frozen: str, kind: str) -> bool:
    if frozen in WHOLE and kind in WHOLE:
        return WHOLE.index(frozen) <= WHOLE.index(kind)
    return frozen == kind


def _read(on: Sequence[str], found: Mapping[str, Any]) -> HotKeys:
    keys = tuple(tuple(key) for key in found["keys"])
    rows = tuple(found["rows"])
    return HotKeys(tuple(on), keys, rows, found["total"])

"""Leave out the deletes of updates whose key is stored as it was."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.columns import DELETED, MOVED
from lakesmith.transforms.conform import with_defaults
from lakesmith.transforms.contract import as_declared
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

_STAYS = "_stays"
_LOST = "_lost"


def without_stayed(spec: Table) -> Transform:
    """Leave out the old row of an update whose new row has the same key in the table.

    Parameters
    ----------
    spec : Table

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs the keys, ``_moved`` BIGINT, one number for both rows of an update, and
    ``_deleted`` BOOLEAN, true for the old one -> all but ``_moved``, the keys in the contract's
    types; rows without ``_moved`` stay as they are.

    The steps may make one key of two. A new row that goes to the quarantine counts too, since an
    update that is refused leaves its row alone, and so does one whose new row has no key. Two
    shuffles, by key and by update, where ``_moved`` is there.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> from lakesmith.testing import frame
    >>> spec = Table(from_="bronze.a", write=Write(strategy="cdc", keys=("id",)))
    >>> rows = [("a", 7, False), ("a", 7, True), ("b", 8, False), ("c", 8, True)]
    >>> df = frame(spark, "id string, _moved bigint, _deleted boolean", rows)
    >>> df.transform(without_stayed(spec)).orderBy("id").show()
    +---+--------+
    | id|_deleted|
    +---+--------+
    |  a|   false|
    |  b|   false|
    |  c|    true|
    +---+--------+
    <BLANKLINE>
    """
    keys = spec.write.keys
    of_keys = {name: spec.columns[name] for name in keys if name in spec.columns}

    def apply(rows: DataFrame) -> DataFrame:
        if MOVED not in rows.columns:
            return rows

        typed = rows.transform(as_declared(spec.columns, keys))
        stored = typed.transform(with_defaults(of_keys))
        of_key = Window.partitionBy(*map(named, keys))
        marked = stored.withColumn(_STAYS, _stays().over(of_key))
        of_update = Window.partitionBy(
            F.coalesce(named(MOVED), F.xxhash64(*map(named, keys)))
        )
        looked = marked.withColumn(_LOST, _lost(keys).over(of_update))
        found = F.concat(named(_STAYS), named(_LOST))
        is_needless = F.array_contains(found, named(MOVED)) & named(DELETED)

        return looked.filter(~is_true(is_needless)).drop(MOVED, _STAYS, _LOST)

    return apply


def _lost(keys: Sequence[str]) -> Column:
    """Return the numbers of the updates whose new row has no part of its key."""
    parts = [named(key).isNull() for key in keys]
    is_lost = ~named(DELETED) & reduce(and_, parts)
    return F.collect_set(F.when(is_lost, named(MOVED)))


def _stays() -> Column:
    """Return the numbers of the updates whose new row has this key."""
    is_kept = ~named(DELETED)
    kept = F.when(is_kept, named(MOVED))
    return F.collect_set(kept)

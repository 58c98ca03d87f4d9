"""Find the updates that move a row to another key, as the table stores its keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.columns import DELETED, KEPT, MOVED, REFUSED, REFUSED_IF_MOVED
from lakesmith.transforms.conform import with_defaults
from lakesmith.transforms.contract import as_declared
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

_STAYS = "_stays"
_LOST = "_lost"
_LANDED = "_landed"


def refuse_lacking(spec: Table) -> Transform:
    """Refuse an update that moves its row and leaves a value alone that its old image lacks.

    Parameters
    ----------
    spec : Table

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs the keys, ``_moved``, ``_deleted`` and ``_refused`` STRING, ``moved`` for an
    update that lacks a value -> as they are, with ``before`` where such an update has another key
    and else NULL.

    The value stands below the old key, where no batch looks it up. One shuffle by key, where
    ``_kept`` says that values may be left alone.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> from lakesmith.testing import frame
    >>> spec = Table(from_="bronze.a", write=Write(strategy="cdc", keys=("id",)))
    >>> rows = [("a", 7, False), ("a", 7, True), ("b", 8, False), ("c", 8, True)]
    >>> df = frame(spark, "id string, _moved bigint, _deleted boolean", rows)
    >>> marked = df.selectExpr("*", "'moved' AS _refused", "NULL AS _kept")
    >>> marked.transform(refuse_lacking(spec)).drop("_kept").orderBy("id", "_deleted").show()
    +---+------+--------+--------+
    | id|_moved|_deleted|_refused|
    +---+------+--------+--------+
    |  a|     7|   false|    NULL|
    |  a|     7|    true|    NULL|
    |  b|     8|   false|  before|
    |  c|     8|    true|    NULL|
    +---+------+--------+--------+
    <BLANKLINE>
    """
    keys = spec.write.keys

    def apply(rows: DataFrame) -> DataFrame:
        if not {MOVED, REFUSED, KEPT} <= {*rows.columns}:
            return rows

        landed = rows.withColumn(_LANDED, F.struct(*map(named, keys)))
        stored = landed.transform(_stored(spec))
        of_key = Window.partitionBy(*map(named, keys))
        left = F.collect_set(F.when(named(DELETED), named(MOVED)))
        marked = stored.withColumn(_STAYS, left.over(of_key))
        is_unsure = named(REFUSED).eqNullSafe(REFUSED_IF_MOVED)
        stays = F.array_contains(_STAYS, named(MOVED)) | named(DELETED)
        moves = F.when(~is_true(stays), "before")
        refused = F.when(is_unsure, moves).otherwise(named(REFUSED))
        as_landed = {key: F.col(_LANDED)[key] for key in keys}

        return marked.withColumns({REFUSED: refused, **as_landed}).drop(_STAYS, _LANDED)

    return apply


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
    update that is refused leaves its row alone, and so do one that lacks a value and one whose new
    row has no key. Two
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

    def apply(rows: DataFrame) -> DataFrame:
        if MOVED not in rows.columns:
            return rows

        stored = rows.transform(_stored(spec))
        is_refused = named(REFUSED).isNotNull() if REFUSED in rows.columns else None
        of_key = Window.partitionBy(*map(named, keys))
        marked = stored.withColumn(_STAYS, _stays().over(of_key))
        of_update = Window.partitionBy(
            F.coalesce(named(MOVED), F.xxhash64(*map(named, keys)))
        )
        looked = marked.withColumn(_LOST, _lost(keys, is_refused).over(of_update))
        found = F.concat(named(_STAYS), named(_LOST))
        is_needless = F.array_contains(found, named(MOVED)) & named(DELETED)

        return looked.filter(~is_true(is_needless)).drop(MOVED, _STAYS, _LOST)

    return apply


def _stored(spec: Table) -> Transform:
    """Return the keys as the table stores them."""
    keys = spec.write.keys
    of_keys = {name: spec.columns[name] for name in keys if name in spec.columns}

    def apply(rows: DataFrame) -> DataFrame:
        typed = rows.transform(as_declared(spec.columns, keys))
        return typed.transform(with_defaults(of_keys))

    return apply


def _lost(keys: Sequence[str], is_refused: Column | None) -> Column:
    """Return the numbers of the updates that are refused, or whose new row has no key."""
    parts = [named(key).isNull() for key in keys]
    has_none = reduce(and_, parts)
    is_nowhere = has_none if is_refused is None else has_none | is_refused
    is_lost = ~named(DELETED) & is_nowhere
    return F.collect_set(F.when(is_lost, named(MOVED)))


def _stays() -> Column:
    """Return the numbers of the updates whose new row has this key."""
    is_kept = ~named(DELETED)
    kept = F.when(is_kept, named(MOVED))
    return F.collect_set(kept)

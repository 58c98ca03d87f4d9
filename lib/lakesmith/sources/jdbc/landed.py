"""Leave out rows that earlier batches have landed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import BATCH_ID

_SAME = "_same_"


def without_landed(
    rows: DataFrame, table: DataFrame, columns: Sequence[str], batches: Collection[int]
) -> DataFrame:
    """Leave out rows that some batches of a table have, equal in all columns.

    *Columns*: needs `columns` on both sides and ``_batch_id`` in `table` -> adds none.

    Notes
    -----
    One join by a hash of the columns. The files of other batches are not read.

    Examples
    --------
    >>> rows = spark.sql("SELECT * FROM VALUES ('1', 'a'), ('2', NULL) AS t(id, name)")
    >>> table = spark.sql("SELECT '2' AS id, CAST(NULL AS STRING) AS name, 4L AS _batch_id")
    >>> without_landed(rows, table, ["id", "name"], [4]).collect()
    [Row(id='1', name='a')]
    >>> without_landed(rows, table, ["id", "name"], [3]).count()
    2
    """
    of_batches = named(BATCH_ID).isin(list(batches))
    renamed = {name: f"{_SAME}{place}" for place, name in enumerate(columns)}
    taken = [named(name).alias(same) for name, same in renamed.items()]
    landed = table.filter(of_batches).select(*taken)

    here = F.xxhash64(*map(named, columns))
    there = F.xxhash64(*map(named, renamed.values()))
    equal: list[Column] = [here == there]
    for name, same in renamed.items():
        value = named(name)
        equal.append(value.eqNullSafe(named(same)))
    return rows.join(landed, reduce(and_, equal), "left_anti")

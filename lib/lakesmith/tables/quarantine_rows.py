"""Read the rows of a quarantine that wait for a replay, and name each of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, null
from lakesmith.columns import BATCH_ID, PATCH, RAW, REPLAYED_BY, ROW, ROW_DIGEST

# What a quarantine gets with its first replay or correction.
ADDED = {REPLAYED_BY: "BIGINT", PATCH: "STRING"}
_SHOWN = 16
_BITS = 256


def digest_of(prefix: str = "") -> Column:
    """Return what names a quarantined row: a digest of its batch and its raw text.

    Rows that are equal in both have one name, and are replayed together.

    Examples
    --------
    >>> row = spark.sql("SELECT 4L AS _batch_id, '{}' AS _raw")
    >>> digest = row.select(digest_of()).first()[0]
    >>> digest[:16] == row_name({"_batch_id": 4, "_raw": "{}"})
    True
    """
    batch = F.col(f"{prefix}{BATCH_ID}").cast("string")
    raw = F.col(f"{prefix}{RAW}")
    text = F.concat_ws("\n", batch, raw)
    return F.sha2(text, _BITS)


def row_name(row: Mapping[str, Any]) -> str:
    """Return the name of a row that was read without Spark, as `lakesmith quarantine` shows it.

    Examples
    --------
    >>> row_name({"_batch_id": 4, "_raw": "{}"})
    'de10fb5e91cdd37e'
    """
    parts = [str(row[BATCH_ID]), row[RAW]]
    text = "\n".join(part for part in parts if part is not None)
    return hashlib.sha256(text.encode()).hexdigest()[:_SHOWN]


def with_names(rows: DataFrame) -> DataFrame:
    """Return the rows of a quarantine with all columns that it may have, and their names.

    *Columns*: needs ``_batch_id``, ``_raw`` -> adds ``_replayed_by`` BIGINT and ``_patch`` STRING
    where it lacks them, ``_row_digest`` STRING, and ``_row`` STRING, the beginning of it.

    Examples
    --------
    >>> row = spark.sql("SELECT 4L AS _batch_id, '{}' AS _raw")
    >>> with_names(row).columns
    ['_batch_id', '_raw', '_replayed_by', '_patch', '_row_digest', '_row']
    """
    missing = {
        name: null(kind) for name, kind in ADDED.items() if name not in rows.columns
    }
    complete = rows.withColumns(missing) if missing else rows
    digested = complete.withColumn(ROW_DIGEST, digest_of())
    return digested.withColumn(ROW, F.substring(ROW_DIGEST, 1, _SHOWN))


def waiting(rows: DataFrame) -> DataFrame:
    """Keep the rows of a quarantine that were not replayed.

    *Columns*: needs ``_replayed_by``. As they are.
    """
    return rows.filter(named(REPLAYED_BY).isNull())

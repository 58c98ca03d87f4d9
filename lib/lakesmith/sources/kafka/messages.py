"""Read messages of Kafka as rows of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.sources.files.json_files import json_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from lakesmith.spec.model.kafka import KafkaSource
    from lakesmith.types import Transform

_PART = "_part_"
_TOMBSTONE = "_tombstone"
_UTC = "timestampadd(MILLISECOND, unix_millis(timestamp), TIMESTAMP_NTZ'1970-01-01')"


def message_rows(source: KafkaSource) -> Transform:
    r"""Take messages apart into the columns of a source.

    *Columns*: needs those of Spark's source of Kafka, ``key`` and ``value`` BINARY, ``topic``,
    ``partition``, ``offset``, ``timestamp`` and ``headers`` -> exactly the declared columns STRING,
    ``_rescued`` and ``_arrived`` as `read_json` has them, and ``_source_file`` STRING with topic,
    partition and offset. All columns of a value that is NULL are NULL.

    Examples
    --------
    >>> from lakesmith.spec.model.kafka import KafkaSource
    >>> source = KafkaSource(servers="kafka:9092", topic="orders", columns=("id", "at"),
    ...     message_columns={"at": "offset"})
    >>> messages = spark.sql("SELECT NULL AS key, CAST('{\"id\": 1.50}' AS BINARY) AS value, "
    ...     "'orders' AS topic, 0 AS partition, 7L AS offset, "
    ...     "TIMESTAMP'2024-03-01' AS timestamp, NULL AS headers")
    >>> messages.transform(message_rows(source)).select("id", "at", "_source_file").collect()
    [Row(id='1.50', at='7', _source_file='kafka:orders/0/7')]
    """
    parts = {f"{_PART}{part}": part for part in source.message_columns.values()}

    def apply(messages: DataFrame) -> DataFrame:
        added = {name: _TEXTS[part]() for name, part in parts.items()}
        place = F.concat_ws("/", "topic", "partition", "offset")
        lines = messages.select(
            F.col("value").cast("string").alias("value"),
            F.concat(F.lit("kafka:"), place).alias("_source_file"),
            F.col("value").isNull().alias(_TOMBSTONE),
            *(text.alias(name) for name, text in added.items()),
        )
        kept = (_TOMBSTONE, *parts)
        rows = lines.transform(json_rows(source.values, kept))
        columns = [_column(source, name) for name in source.columns]
        rescued = F.when(~F.col(_TOMBSTONE), F.col("_rescued")).alias("_rescued")
        return rows.select(*columns, rescued, "_source_file", "_arrived")

    return apply


def _column(source: KafkaSource, name: str) -> Column:
    given = {key.lower(): part for key, part in source.message_columns.items()}
    part = given.get(name.lower())
    return named(f"{_PART}{part}").alias(name) if part else named(name)


def _key() -> Column:
    r"""Return the key as text, or as hex behind ``\x`` where its bytes are no text."""
    text = F.col("key").cast("string")
    is_text = F.call_function("is_valid_utf8", text)
    as_hex = F.concat(F.lit("\\x"), F.lower(F.hex("key")))
    return F.when(is_text, text).otherwise(as_hex)


def _timestamp() -> Column:
    """Return the time in UTC, whatever the zone of the session."""
    return F.concat(F.expr(_UTC).cast("string"), F.lit("Z"))


def _headers() -> Column:
    """Return the headers as JSON, their values in base64."""

    def pair(header: Column) -> Column:
        value = F.base64(header["value"]).alias("value")
        return F.struct(header["key"].alias("key"), value)

    return F.to_json(F.transform("headers", pair))


def _as_text(name: str) -> Callable[[], Column]:
    return lambda: F.col(name).cast("string")


_TEXTS: Mapping[str, Callable[[], Column]] = {
    "key": _key,
    "partition": _as_text("partition"),
    "offset": _as_text("offset"),
    "timestamp": _timestamp,
    "headers": _headers,
}

"""Offsets of a batch, and messages as rows, without a broker."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.sources.kafka.connection import Topic, spark_options
from lakesmith.sources.kafka.messages import message_rows
from lakesmith.sources.kafka.offsets import next_span
from lakesmith.spec.model.kafka import KafkaSource

AT = {"servers": "kafka:9092", "topic": "orders", "columns": ("id", "name")}


def source(**settings: Any) -> KafkaSource:
    return KafkaSource.model_validate({**AT, **settings})


def span(position: dict[str, Any], low: dict[str, int], high: dict[str, int], **settings: Any) -> Any:
    return next_span(source(**settings), position, Topic("x", low, high), "sources.orders")


def test_a_first_batch_begins_where_the_source_says() -> None:
    low, high = {"0": 2}, {"0": 9}
    assert span({}, low, high).since == {"0": 2}
    assert span({}, low, high, start="latest").since == {"0": 9}
    assert span({"topic": "x", "to": {"0": 5}}, low, high, start="latest").since == {"0": 5}


def test_a_partition_that_comes_later_is_read_from_its_beginning() -> None:
    found = span({"topic": "x", "to": {"0": 5}}, {"0": 0, "1": 0}, {"0": 5, "1": 3}, start="latest")
    assert (found.since, found.to, found.messages) == ({"0": 5, "1": 0}, {"0": 5, "1": 3}, 3)


@pytest.mark.parametrize(("position", "high", "what"), [
    ({"topic": "y", "to": {"0": 5}}, {"0": 9}, "was made again"),
    ({"topic": "x", "to": {"0": 5}}, {"0": 4}, "ends before offset 5"),
], ids=["made again", "shorter"])  # fmt: skip
def test_offsets_of_another_topic_are_refused(position: dict[str, Any], high: dict[str, int], what: str) -> None:
    with pytest.raises(InputError, match=f"LS229 the topic orders {what}"):
        span(position, {"0": 0}, high)


def test_messages_that_are_gone_are_refused_or_counted() -> None:
    position = {"topic": "x", "to": {"0": 5}}
    with pytest.raises(InputError, match="LS230 messages of orders are gone before they were read: 3 of partition 0"):
        span(position, {"0": 8}, {"0": 9})
    found = span(position, {"0": 8}, {"0": 9}, on_lost_messages="continue")
    assert (found.since, found.lost) == ({"0": 8}, {"0": 3})


ENDS = st.dictionaries(st.sampled_from("0123"), st.integers(0, 1000), min_size=1)


@given(ENDS, st.integers(1, 500))
def test_bounded_batches_read_each_offset_once(high: dict[str, int], most: int) -> None:
    low = dict.fromkeys(high, 0)
    position: dict[str, Any] = {"topic": "x", "to": {}}
    for _ in range(2000):
        found = span(position, low, high, batch={"max_messages": most})
        assert found.messages <= most + len(high)
        assert found.more == (found.to != high)
        assert all(found.since[one] == position["to"].get(one, 0) for one in high)
        position["to"] = dict(found.to)
        if not found.more:
            break
    assert position["to"] == high


def rows(spark: SparkSession, messages: str, **settings: Any) -> list[tuple[Any, ...]]:
    found = spark.sql(
        f"SELECT CAST(key AS BINARY) AS key, CAST(value AS BINARY) AS value, 'orders' AS topic, 0 AS partition,"
        f" offset, TIMESTAMP'2024-03-31 01:30:00.25' AS timestamp,"
        f" array(struct('h' AS key, X'00FF' AS value)) AS headers FROM VALUES {messages} AS t(key, value, offset)"
    ).transform(message_rows(source(**settings)))
    columns = [name for name in found.columns if name not in ("_arrived", "_source_file")]
    return [tuple(row) for row in found.orderBy("_source_file").select(*columns).collect()]


def test_values_are_json_as_it_is_spelled(spark: SparkSession) -> None:
    messages = (
        """('k', '{"id": 1.50, "name": "a", "x": 1e5}', 7L), ('k', CAST(NULL AS STRING), 8L), ('k', 'oops', 9L)"""
    )
    assert rows(spark, messages) == [
        ("1.50", "a", '{"x":"1e5"}'),
        (None, None, None),
        (None, None, '{"_corrupt_record":"oops"}'),
    ]


def test_bytes_that_are_no_text_are_kept(spark: SparkSession) -> None:
    ((*values, rescued),) = rows(spark, "(CAST(NULL AS BINARY), X'00FF', 7L)")
    assert values == [None, None]
    assert '"_bytes":"AP8="' in rescued


def test_parts_of_a_message_are_columns(spark: SparkSession) -> None:
    parts = {"k": "key", "p": "partition", "o": "offset", "t": "timestamp", "h": "headers"}
    found = rows(
        spark, "(X'00FF', X'7B7D', 7L)", columns=("id", *parts), message_columns=parts, optional_columns=("id",)
    )
    assert found == [
        (None, "\\x00ff", "0", "7", "2024-03-31 01:30:00.25Z", '[{"key":"h","value":"AP8="}]', None),
    ]


def test_a_password_is_quoted_and_only_in_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_PASSWORD", 'a"b')
    security = {"protocol": "SASL_SSL", "user": "ann", "password": {"env": "KAFKA_PASSWORD"}, "ca_file": "/ca.pem"}
    options = spark_options(source(security=security), "sources.orders")
    assert options["kafka.sasl.jaas.config"].endswith('ScramLoginModule required username="ann" password="a\\"b";')
    assert [name for name, value in options.items() if 'a\\"b' in value] == ["kafka.sasl.jaas.config"]


@pytest.mark.parametrize(("settings", "what"), [
    ({"servers": "kafka"}, "servers"),
    ({"topic": "a b"}, "topic"),
    ({"message_columns": {"k": "key"}}, "column k of message_columns is not declared"),
    ({"columns": ("k",), "message_columns": {"k": "key"}}, "a column of the value expected"),
    ({"security": {"protocol": "SASL_SSL", "user": "ann"}}, "user and password expected with SASL_SSL"),
], ids=["servers", "topic", "part", "no value", "password"])  # fmt: skip
def test_settings_that_mean_nothing_are_refused(settings: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        source(**settings)

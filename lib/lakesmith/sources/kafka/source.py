"""Plan and read a topic of Kafka as a source."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import InputError
from lakesmith.sources.base import Known, Source
from lakesmith.sources.kafka.connection import Topic, spark_options, topic_of
from lakesmith.sources.kafka.messages import message_rows
from lakesmith.sources.kafka.offsets import KafkaPositions, Span, next_span
from lakesmith.sources.registry import built_in
from lakesmith.sources.slices import Required, Slice, Slices
from lakesmith.spec.model.kafka import KafkaSource

if TYPE_CHECKING:
    from lakesmith.sources.positions import Position

_MESSAGE = (
    "key BINARY, value BINARY, topic STRING, partition INT, offset LONG, timestamp TIMESTAMP,"
    " headers ARRAY<STRUCT<key: STRING, value: BINARY>>"
)
_PACKAGE = "org.apache.spark:spark-sql-kafka-0-10_2.13"


@built_in
class Kafka(Source):
    """A topic, whose values are JSON. The ledger keeps the offsets; no consumer group has any."""

    kind = "kafka"
    spec = KafkaSource
    positions = KafkaPositions()
    settings: KafkaSource

    @property
    def where(self) -> str:
        """The place of the source in the specs."""
        return f"sources.{self.name}"

    def has_new(self, position: Position, known: Known) -> bool | None:
        """Return whether the topic has messages behind the position.

        Notes
        -----
        No Spark job. The servers are asked for the ends of each partition.
        """
        return self._next(position) is not None

    def next_slice(
        self, spark: SparkSession, position: Position, known: Known
    ) -> Slices:
        """Return the offsets that were not read, within the bounds of the source."""
        found = self._next(position)
        if found is None:
            return Slices()
        topic, span = found
        offsets = {"since": dict(span.since), "to": dict(span.to)}
        lost = {"lost": dict(span.lost)} if span.lost else {}
        piece = self.slice(topic=topic.id, **offsets, **lost)
        return Slices(piece, more=span.more)

    def _next(self, position: Position) -> tuple[Topic, Span] | None:
        topic = topic_of(self.settings, self.where)
        span = next_span(self.settings, position, topic, self.where)
        # Where a topic is read from its end, the first batch writes down where that is.
        is_first = self.settings.start == "latest" and not position
        return (topic, span) if span.messages or is_first else None

    def read(self, session: SparkSession, piece: Slice) -> DataFrame:
        """Return the messages of a slice.

        Returns
        -------
        DataFrame
            *Columns*: as `message_rows` returns them.
        """
        messages = self._messages(session, piece)
        return messages.transform(message_rows(self.settings))

    def _messages(self, session: SparkSession, piece: Slice) -> DataFrame:
        since = piece.data["since"]
        to = {one: end for one, end in piece.data["to"].items() if end > since[one]}
        if not to:
            return session.createDataFrame([], _MESSAGE)
        topic = self.settings.topic
        begun = {one: since[one] for one in to}
        options = {
            **spark_options(self.settings, self.where),
            "assign": json.dumps({topic: sorted(map(int, to))}),
            "startingOffsets": json.dumps({topic: begun}),
            "endingOffsets": json.dumps({topic: to}),
        }
        try:
            return session.read.format("kafka").options(**options).load()
        except Exception as error:
            if "Failed to find data source" in str(error):
                raise self._without_connector() from None
            raise

    def _without_connector(self) -> InputError:
        return InputError(
            "the connector of Spark for Kafka is not there",
            code="LS231",
            where=self.where,
            hint=f"add {_PACKAGE} in the version of Spark to spark.jars.packages in conf/spark",
        )

    def still_readable(self, piece: Slice) -> str:
        """Return why the messages of a slice are gone, or an empty text."""
        topic = topic_of(self.settings, self.where)
        if topic.id != piece.data["topic"]:
            return f"the topic {self.settings.topic} was made again"
        since = piece.data["since"]
        ends = piece.data["to"].items()
        gone = [
            one for one, end in ends if since[one] < min(topic.low.get(one, 0), end)
        ]
        return f"messages of partition {gone[0]} are gone" if gone else ""

    def max_rows(self, piece: Slice) -> int | None:
        """Return the number of offsets."""
        since: dict[str, int] = piece.data["since"]
        to: dict[str, int] = piece.data["to"]
        return sum(end - since[one] for one, end in to.items())

    def may_lack(self) -> tuple[str, ...]:
        """Return the columns of the value that are not optional."""
        optional = self.settings.optional_columns
        columns = self.settings.values.columns
        return tuple(name for name in columns if name not in optional)

    def describe(self, piece: Slice) -> str:
        """Return how many offsets a slice has."""
        partitions = len(piece.data["to"])
        number = self.max_rows(piece)
        lost = sum(piece.data.get("lost", {}).values())
        without = f", without {lost} messages that were gone" if lost else ""
        topic = self.settings.topic
        return f"{number} offsets of {topic} in {partitions} partitions{without}"

    def row_settings(self) -> dict[str, Any]:
        """Return what decides how messages are read."""
        names = {"field_names", "message_columns"}
        return self.settings.model_dump(mode="json", include=names)

    def required(
        self, spark: SparkSession, position: Position, must_read: Collection[str]
    ) -> Required:
        """Return that a rebuild cannot read messages that Kafka has no more."""
        problem = self._rebuild_problem(position) if position else ""
        return Required(problems={self.settings.topic: problem} if problem else {})

    def _rebuild_problem(self, position: Position) -> str:
        if self.settings.start == "latest":
            return "with start: latest a rebuild would read none of its messages"
        topic = topic_of(self.settings, self.where)
        if topic.id != position["topic"]:
            return "the topic was made again"
        gone = [
            one for one, at in position["from"].items() if at < topic.low.get(one, 0)
        ]
        return f"messages of partition {gone[0]} are gone" if gone else ""

"""Choose the offsets of a batch, and keep how far a topic was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakesmith.errors import InputError
from lakesmith.sources.positions import Position, Positions

if TYPE_CHECKING:
    from lakesmith.sources.kafka.connection import Topic
    from lakesmith.sources.slices import Slice
    from lakesmith.spec.model.kafka import KafkaSource

Offsets = Mapping[str, int]


class KafkaPositions(Positions):
    """The offsets that come next, those that came first, and the identity of the topic."""

    def advance(self, position: Position, piece: Slice, batch: int) -> None:
        """Move a position behind a slice, in place.

        Examples
        --------
        >>> from lakesmith.sources.slices import Slice
        >>> position = {}
        >>> piece = Slice("kafka", "a", {"topic": "x", "since": {"0": 3}, "to": {"0": 5}})
        >>> KafkaPositions().advance(position, piece, batch=1)
        >>> position
        {'topic': 'x', 'to': {'0': 5}, 'from': {'0': 3}}
        """
        position["topic"] = piece.data["topic"]
        position["to"] = {**position.get("to", {}), **piece.data["to"]}
        position["from"] = {**piece.data["since"], **position.get("from", {})}


@dataclass(frozen=True)
class Span:
    """The offsets of a batch, `since` the first ones and `to` those behind the last."""

    since: Offsets
    to: Offsets
    lost: Offsets
    more: bool = False

    @property
    def messages(self) -> int:
        """How many offsets there are; compaction and transactions leave some without a message.

        Examples
        --------
        >>> Span({"0": 3}, {"0": 5}, {}).messages
        2
        """
        return sum(self.to[one] - self.since[one] for one in self.to)


def next_span(
    source: KafkaSource, position: Position, topic: Topic, where: str
) -> Span:
    """Return the offsets that were not read.

    Parameters
    ----------
    source : KafkaSource
    position : dict
        How far the topic was read.
    topic : Topic
    where : str
        The place of the source in the specs.

    Raises
    ------
    InputError
        LS229 for another topic of the same name, LS230 for messages that are gone.

    Examples
    --------
    >>> from lakesmith.sources.kafka.connection import Topic
    >>> from lakesmith.spec.model.kafka import KafkaSource
    >>> source = KafkaSource(servers="kafka:9092", topic="orders", columns=("id",))
    >>> topic = Topic("x", {"0": 0, "1": 0}, {"0": 9, "1": 4})
    >>> next_span(source, {"topic": "x", "to": {"0": 7}}, topic, "sources.orders")
    Span(since={'0': 7, '1': 0}, to={'0': 9, '1': 4}, lost={}, more=False)
    """
    _require_topic(source, position, topic, where)
    known: Offsets = position.get("to", {})
    # A partition that came later is read from its beginning.
    is_late = source.start == "latest" and not known
    first = topic.high if is_late else topic.low
    since = {one: known.get(one, first[one]) for one in topic.high}
    lost = {
        one: topic.low[one] - at for one, at in since.items() if at < topic.low[one]
    }
    if lost and source.on_lost_messages == "fail":
        raise _lost(source, lost, where)
    readable = {one: max(at, topic.low[one]) for one, at in since.items()}
    to = _bounded(source, readable, topic.high)
    more = dict(to) != dict(topic.high)
    return Span(readable, to, lost, more)


def _bounded(source: KafkaSource, since: Offsets, high: Offsets) -> Offsets:
    """Return the ends of a batch, each partition with its share of the messages."""
    most = source.batch.max_messages
    total = sum(high[one] - since[one] for one in high)
    if most is None or total <= most:
        return dict(high)
    # At least one offset of each, so that none waits for ever.
    return {
        one: min(high[one], since[one] + -(-most * (high[one] - since[one]) // total))
        for one in high
    }


def _require_topic(
    source: KafkaSource, position: Position, topic: Topic, where: str
) -> None:
    known: Offsets = position.get("to", {})
    beyond = [one for one, at in known.items() if at > topic.high.get(one, 0)]
    is_other = position.get("topic", topic.id) != topic.id
    if not (is_other or beyond):
        return
    why = "was made again" if is_other else f"ends before offset {known[beyond[0]]}"
    raise InputError(
        f"the topic {source.topic} {why}, so that offsets mean other messages",
        code="LS229",
        where=where,
        hint="land the new topic as a source of another name, in another table",
    )


def _lost(source: KafkaSource, lost: Offsets, where: str) -> InputError:
    counted = ", ".join(f"{number} of partition {one}" for one, number in lost.items())
    return InputError(
        f"messages of {source.topic} are gone before they were read: {counted}",
        code="LS230",
        where=where,
        hint="write on_lost_messages: continue to go on without them",
    )

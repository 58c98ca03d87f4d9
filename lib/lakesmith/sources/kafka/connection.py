"""Ask Kafka where a topic begins and ends, and tell Spark how to reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakesmith.errors import InputError
from lakesmith.session.secrets import resolve

if TYPE_CHECKING:
    from lakesmith.spec.model.kafka import KafkaSecurity, KafkaSource

_SECONDS = 30.0
_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}


@dataclass(frozen=True)
class Topic:
    """Where a topic stands. `low` and `high` are offsets by partition; `high` comes next."""

    id: str
    low: Mapping[str, int]
    high: Mapping[str, int]


def topic_of(source: KafkaSource, where: str) -> Topic:
    """Return where a topic begins and ends now. Of open transactions nothing counts.

    Parameters
    ----------
    source : KafkaSource
    where : str
        The place of the source in the specs.

    Raises
    ------
    InputError
        LS231 when Kafka does not answer, has no such topic, or its client is not installed.
    """
    try:
        import confluent_kafka as kafka
        from confluent_kafka.admin import (
            AdminClient,
        )
    except ImportError:
        raise _refused(
            source, where, "the package confluent-kafka is not installed"
        ) from None
    settings = _client_settings(source, where)
    try:
        asked = kafka.TopicCollection([source.topic])
        admin = AdminClient(settings)
        (answer,) = admin.describe_topics(asked, request_timeout=_SECONDS).values()
        described = answer.result(_SECONDS)
        return _ends(source, described, kafka, settings)
    except (kafka.KafkaException, TimeoutError) as error:
        raise _refused(source, where, _in_words(error)) from None


def _ends(
    source: KafkaSource, described: Any, kafka: Any, settings: Mapping[str, Any]
) -> Topic:
    # The client asks for a group, and this one joins none.
    consumer = kafka.Consumer(
        {**settings, "group.id": "lakesmith", "isolation.level": "read_committed"}
    )
    try:
        low: dict[str, int] = {}
        high: dict[str, int] = {}
        for partition in described.partitions:
            place = kafka.TopicPartition(source.topic, partition.id)
            ends = consumer.get_watermark_offsets(place, timeout=_SECONDS)
            low[str(partition.id)], high[str(partition.id)] = ends
    finally:
        consumer.close()
    return Topic(str(described.topic_id), low, high)


def spark_options(source: KafkaSource, where: str) -> dict[str, str]:
    """Return the options by which Spark reaches the servers.

    Examples
    --------
    >>> from lakesmith.spec.model.kafka import KafkaSource
    >>> source = KafkaSource(servers="kafka:9092", topic="orders", columns=("id",))
    >>> spark_options(source, "sources.orders")["kafka.isolation.level"]
    'read_committed'
    """
    options = {
        "kafka.bootstrap.servers": source.servers,
        "kafka.isolation.level": "read_committed",
        "failOnDataLoss": "true",
        "includeHeaders": "true",
    }
    security = source.security
    if security is None:
        return options
    options["kafka.security.protocol"] = security.protocol
    if security.ca_file:
        options["kafka.ssl.truststore.type"] = "PEM"
        options["kafka.ssl.truststore.location"] = security.ca_file
    if security.user is None:
        return options
    user, password = _user(security, where)
    module = _MODULES[security.mechanism]
    login = f"username={_quoted(user)} password={_quoted(password)}"
    options["kafka.sasl.mechanism"] = security.mechanism
    options["kafka.sasl.jaas.config"] = f"{module} required {login};"
    return options


def _client_settings(source: KafkaSource, where: str) -> dict[str, Any]:
    # The client writes each attempt to connect to the terminal without `log_level`.
    settings: dict[str, Any] = {
        "bootstrap.servers": source.servers,
        "socket.timeout.ms": int(_SECONDS * 1000),
        "log_level": 0,
    }
    security = source.security
    if security is None:
        return settings
    settings["security.protocol"] = security.protocol
    if security.ca_file:
        settings["ssl.ca.location"] = security.ca_file
    if security.user is not None:
        user, password = _user(security, where)
        settings["sasl.mechanism"] = security.mechanism
        settings["sasl.username"] = user
        settings["sasl.password"] = password
    return settings


def _user(security: KafkaSecurity, where: str) -> tuple[str, str]:
    user = resolve(security.user or "", f"{where}.security.user")
    password = security.password
    secret = resolve(password, f"{where}.security.password") if password else ""
    return user, secret


def _quoted(text: str) -> str:
    r"""Return a value of a login, which may have quotes.

    Examples
    --------
    >>> print(_quoted('a"b'))
    "a\"b"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _in_words(error: Exception) -> str:
    found = error.args[0] if error.args else error
    return found.str() if hasattr(found, "str") else str(found) or "no answer in time"


def _refused(source: KafkaSource, where: str, what: str) -> InputError:
    return InputError(
        f"the topic {source.topic} of {source.servers} cannot be read: {what}",
        code="LS231",
        where=where,
        hint="correct the source, install lakesmith[kafka], or run again when Kafka answers",
    )

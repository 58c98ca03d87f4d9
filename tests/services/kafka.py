"""Start a Kafka broker of the tests, on free ports of the loopback address."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyspark

BROKER = "org.apache.kafka:kafka_2.13:4.1.1"
CONNECTOR = "org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0"
# Kept beside the other packages of this environment.
CACHE = Path(sys.prefix) / "kafka"
SPARK = Path(pyspark.__file__).parent
PATIENCE = 60
SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.check.interval.ms=500
"""


@dataclass(frozen=True)
class Kafka:
    """A running broker."""

    port: int

    @property
    def servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def admin(self) -> Any:
        from confluent_kafka.admin import AdminClient

        return AdminClient({"bootstrap.servers": self.servers, "log_level": 0})

    def make(self, topic: str, partitions: int = 1) -> None:
        """Make a topic, anew where there is one."""
        from confluent_kafka.admin import NewTopic

        admin = self.admin
        if topic in admin.list_topics(timeout=PATIENCE).topics:
            admin.delete_topics([topic])[topic].result(PATIENCE)
            time.sleep(1)
        admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(PATIENCE)

    def send(self, topic: str, messages: Iterable[dict[str, Any]]) -> None:
        """Send messages, each with what a producer takes beside the topic."""
        from confluent_kafka import Producer

        producer = Producer(
            {"bootstrap.servers": self.servers, "log_level": 0, "queue.buffering.max.messages": 2_000_000}
        )
        for message in messages:
            producer.produce(topic, **{"partition": 0, **message})
            producer.poll(0)
        assert producer.flush(PATIENCE) == 0

    def forget(self, topic: str, before: int) -> None:
        """Delete the messages of partition 0 before an offset, as a retention does."""
        from confluent_kafka import TopicPartition

        admin = self.admin
        (deleted,) = admin.delete_records([TopicPartition(topic, 0, before)]).values()
        deleted.result(PATIENCE)


def jars() -> list[Path]:
    """Return the JARs of a broker, none where they cannot be had."""
    found = CACHE / "broker" / "jars"
    ready = CACHE / ".ready"
    if not ready.exists():
        CACHE.mkdir(exist_ok=True)
        nothing = CACHE / "nothing.py"
        nothing.write_text("")
        command = [SPARK / "bin" / "spark-submit", "--master", "local[1]", "--packages", BROKER]
        command += ["--conf", f"spark.jars.ivy={CACHE / 'broker'}", "--conf", "spark.ui.enabled=false", nothing]
        environment = {**os.environ, "SPARK_HOME": str(SPARK), "PYSPARK_PYTHON": sys.executable}
        done = subprocess.run(list(map(str, command)), env=environment, capture_output=True, timeout=300, check=False)
        if done.returncode != 0:
            return []
        ready.touch()
    return [*found.iterdir(), *(SPARK / "jars").glob("scala-library-*.jar")]


@contextmanager
def kafka(directory: Path) -> Iterator[Kafka]:
    """Run a broker without topics until the block ends."""
    java = shutil.which("java", path=f"{os.environ.get('JAVA_HOME', '')}/bin:{os.environ['PATH']}") or "java"
    port, controller = _free_port(), _free_port()
    settings = directory / "server.properties"
    settings.write_text(SETTINGS.format(port=port, controller=controller, data=directory / "data"))
    begin = [java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", ":".join(map(str, jars()))]
    formatted = [*begin, "kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", str(settings)]
    subprocess.run(formatted, check=True, capture_output=True)
    with (directory / "broker.log").open("wb") as log:
        broker = subprocess.Popen(
            [*begin, "kafka.Kafka", str(settings)], stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_for(port)
        yield Kafka(port)
    finally:
        os.killpg(broker.pid, signal.SIGKILL)
        broker.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        found: int = one.getsockname()[1]
    return found


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the broker does not answer"
            time.sleep(0.1)
        else:
            return

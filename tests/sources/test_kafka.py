"""Messages of a real broker land once, in runs of their own processes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from tests.services.kafka import CONNECTOR, Kafka, jars, kafka

ROOT = Path(__file__).parents[2]
SOURCE = """
type: kafka
servers: {servers}
topic: orders
columns: [id, amount, key, place]
optional_columns: [amount]
message_columns: {{key: key, place: offset}}
batch: {{max_messages: 4}}
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    if not jars():
        pytest.skip("the JARs of a Kafka broker cannot be had here")
    with kafka(tmp_path_factory.mktemp("kafka")) as one:
        yield one


class Project:
    """A project of its own, each run of which is a process."""

    def __init__(self, root: Path, broker: Kafka, source: str = SOURCE) -> None:
        self.conf = root / "conf"
        self.lake = root / "lake"
        local = (ROOT / "conf" / "spark" / "local.conf").read_text()
        packages = next(line for line in local.splitlines() if line.startswith("spark.jars.packages"))
        self._write("spark/local.conf", local.replace(packages, f"{packages},{CONNECTOR}"))
        self._write("base.yml", f"version: 1\nname: shop\nwarehouse: {self.lake}\n")
        self._write("sources/orders.yml", source.format(servers=broker.servers))
        self._write("tables/bronze/orders.yml", "from: sources.orders\n")

    def _write(self, name: str, text: str) -> None:
        file = self.conf / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *options: str) -> tuple[int, str]:
        """Run, and return the exit status and all that was printed."""
        with self.start(*options) as process:
            said = process.communicate(timeout=600)[0]
        return process.returncode, said

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Start a run in a group of its own."""
        command = [sys.executable, "-m", "lakesmith", "run", "--conf", str(self.conf), *options]
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK_", "SPARK_"))}
        environment = {**keep, "PYTHONPATH": str(ROOT / "lib")}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def landed(self) -> list[tuple[Any, ...]]:
        rows = DeltaTable(str(self.lake / "bronze" / "orders")).to_pyarrow_table().to_pylist()
        found = [tuple(row[name] for name in ("id", "amount", "key", "place", "_rescued")) for row in rows]
        return sorted(found, key=lambda row: int(row[3]))


def test_messages_land_once_and_what_is_no_message_stops_the_run(broker: Kafka, tmp_path: Path) -> None:
    project = Project(tmp_path, broker)
    broker.make("orders")
    broker.send("orders", [{"key": str(n), "value": json.dumps({"id": n, "amount": 1.5})} for n in range(5)])
    status, said = project.run()
    if "unresolved dependenc" in said:
        pytest.skip("the connector of Spark for Kafka cannot be had here")
    assert status == 0, said
    assert project.landed() == [(str(n), "1.5", str(n), str(n), None) for n in range(5)]
    batches = {
        row["_batch_id"] for row in DeltaTable(str(project.lake / "bronze/orders")).to_pyarrow_table().to_pylist()
    }
    assert len(batches) == 2

    broker.send("orders", [{"key": "9", "value": None}, {"key": "9", "value": b"\xff"}, {"value": '{"id": 7, "x": 1}'}])
    status, said = project.run()
    assert status == 0, said
    assert project.landed()[5:] == [
        (None, None, "9", "5", None),
        (None, None, "9", "6", '{"_corrupt_record":"�","_bytes":"/w=="}'),
        ("7", None, None, "7", '{"x":"1"}'),
    ]
    assert "nothing new" in project.run()[1]

    broker.send("orders", [{"value": '{"id": 8}'}, {"value": '{"id": 9}'}])
    broker.forget("orders", before=9)
    status, said = project.run()
    assert (status, "LS230" in said, "1 of partition 0" in said) == (1, True, True), said
    assert "LS609" in project.run("--rebuild", "--select", "bronze.orders")[1]

    broker.make("orders")
    broker.send("orders", [{"value": '{"id": 1}'}])
    status, said = project.run()
    assert (status, "LS229" in said) == (1, True), said
    assert len(project.landed()) == 8


MANY = """
type: kafka
servers: {servers}
topic: many
columns: [id, partition, offset]
message_columns: {{partition: partition, offset: offset}}
batch: {{max_messages: 150000}}
"""


def test_kills_lose_and_double_no_message(broker: Kafka, tmp_path: Path) -> None:
    """A million messages, and ten runs that are killed at any time."""
    messages = 1_000_000
    project = Project(tmp_path, broker, MANY)
    broker.make("many", partitions=4)
    broker.send("many", ({"value": f'{{"id": {n}}}', "partition": n % 4} for n in range(messages)))
    chance = random.Random(7)
    kills = 0
    ended = False
    while kills < 10 and not ended:
        with project.start() as process:
            ended = _ends_within(process, chance.uniform(6, 30))
        kills += not ended
    status, said = project.run()
    assert status == 0, said

    table = DeltaTable(str(project.lake / "bronze" / "orders")).to_pyarrow_table(columns=["id", "partition", "offset"])
    places = table.group_by(["partition", "offset"]).aggregate([])
    print(f"{kills} kills: {table.num_rows} rows of {places.num_rows} messages, {messages} were sent")
    assert (table.num_rows, places.num_rows) == (messages, messages)
    assert len(set(table["id"].to_pylist())) == messages
    assert kills >= 3


def _ends_within(process: subprocess.Popen[str], seconds: float) -> bool:
    """Return whether a run ended by itself; it is killed where it did not."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
        return True
    os.killpg(process.pid, signal.SIGKILL)
    return False

"""Messages of a real broker land once, in runs of their own processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
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

    def __init__(self, root: Path, broker: Kafka) -> None:
        self.conf = root / "conf"
        self.lake = root / "lake"
        local = (ROOT / "conf" / "spark" / "local.conf").read_text()
        packages = next(line for line in local.splitlines() if line.startswith("spark.jars.packages"))
        self._write("spark/local.conf", local.replace(packages, f"{packages},{CONNECTOR}"))
        self._write("base.yml", f"version: 1\nname: shop\nwarehouse: {self.lake}\n")
        self._write("sources/orders.yml", SOURCE.format(servers=broker.servers))
        self._write("tables/bronze/orders.yml", "from: sources.orders\n")

    def _write(self, name: str, text: str) -> None:
        file = self.conf / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *options: str) -> tuple[int, str]:
        """Run, and return the exit status and all that was printed."""
        command = [sys.executable, "-m", "lakesmith", "run", "--conf", str(self.conf), *options]
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("PYSPARK_", "SPARK_"))}
        environment = {**keep, "PYTHONPATH": str(ROOT / "lib")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout + done.stderr

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

"""Start a Spark Connect server on this machine, for tests and trials."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyspark

CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"
WAIT_SECONDS = 240.0


@contextmanager
def connect_server(settings: Mapping[str, str]) -> Iterator[str]:
    """Run a server with Spark settings while the context is open.

    Parameters
    ----------
    settings : mapping
        Settings of the server, master included.

    Yields
    ------
    str
        Its address, ``sc://127.0.0.1:PORT``; it listens on the loopback only.
    """
    port = _free_port()
    bound = {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": "127.0.0.1",
    }
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "server.conf"
        file.write_text(
            "".join(f"{key} {value}\n" for key, value in {**settings, **bound}.items()),
            "utf-8",
        )
        with (Path(directory) / "server.log").open("wb") as log:
            server = subprocess.Popen(  # noqa: S603
                _command(file), env=_environment(), stdout=log, stderr=log
            )
        try:
            _wait(server, port, Path(directory) / "server.log")
            yield f"sc://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(60)


def _command(file: Path) -> list[str]:
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    return [
        str(submit),
        "--properties-file",
        str(file),
        "--class",
        CLASS,
        "spark-internal",
    ]


def _environment() -> dict[str, str]:
    own = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SPARK_", "PYSPARK_"))
    }
    return own | {"PYSPARK_PYTHON": sys.executable}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(
        f"the Spark Connect server did not start\n{log.read_text('utf-8', 'replace')[-3000:]}"
    )

"""Start a PostgreSQL server of the tests, on a free port of the loopback address."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD, DATABASE = "reader", "open sesame", "shop"
# Where Debian keeps the programs of a server.
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


@dataclass(frozen=True)
class Postgresql:
    """A running server."""

    port: int
    programs: Path

    def sql(self, text: str) -> str:
        """Run statements, each committed for itself, and return what the last one gives."""
        call = [self.programs / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", DATABASE]
        made = subprocess.run(
            [*call, "-v", "ON_ERROR_STOP=1", "-qAt", "-c", text],
            env={**os.environ, "PGPASSWORD": PASSWORD},
            check=True,
            capture_output=True,
            text=True,
        )
        return made.stdout.strip()


def programs() -> Path | None:
    """Return the directory of the server's programs, None where there is no server that could be started."""
    if os.geteuid() == 0 and not _has_user():
        return None
    places = os.pathsep.join([*map(str, DEBIAN), os.environ.get("PATH", "")])
    found = shutil.which("initdb", path=places)
    return Path(found).resolve().parent if found else None


@contextmanager
def postgresql(directory: Path) -> Iterator[Postgresql]:
    """Run a server with an empty database until the block ends."""
    found = programs()
    assert found is not None
    data = directory / "data"
    port = _free_port()
    (directory / "password").write_text(PASSWORD)
    _own(directory)
    _as_server([found / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", "--pwfile", directory / "password",
                "-E", "UTF8", "--no-sync"])  # fmt: skip
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -c unix_socket_directories={directory}"
    control = [found / "pg_ctl", "-D", data, "-w"]
    _as_server([*control, "-o", options, "-l", directory / "log", "start"])
    try:
        server = Postgresql(port, found)
        create = [found / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", USER, DATABASE]
        subprocess.run(create, env={**os.environ, "PGPASSWORD": PASSWORD}, check=True, capture_output=True)
        yield server
    finally:
        # A server whose directory was cleared has ended by itself.
        if (data / "postmaster.pid").exists():
            _as_server([*control, "-m", "immediate", "stop"])


def _has_user() -> bool:
    """Return whether root can start the server as its user."""
    try:
        return bool(pwd.getpwnam("postgres") and shutil.which("runuser"))
    except KeyError:
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _own(directory: Path) -> None:
    """Give a directory to the user of the server, which must not be root."""
    if os.geteuid() != 0:
        return
    for path in (directory, directory / "password"):
        shutil.chown(path, "postgres")
    for parent in directory.parents:
        if parent.stat().st_uid == 0 and parent != Path(parent.anchor):
            parent.chmod(parent.stat().st_mode | 0o011)


def _as_server(call: list[object]) -> None:
    words = [str(word) for word in call]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

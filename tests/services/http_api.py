"""An HTTP API on loopback that misbehaves on order."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """What the API says. `cut` leaves out so many bytes of what the header promises."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    seconds: float = 0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    """A request as the API got it."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


Answers = Callable[[Asked], Answer]


class Api:
    """A server whose `answers` a test replaces, and which keeps what it was `asked`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/orders"
        self.asked: list[Asked] = []
        self.answers: Answers = lambda _: Answer([])
        self.troubles: list[Answer] = []

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return self.troubles.pop(0) if self.troubles else self.answers(asked)


@contextmanager
def http_api() -> Iterator[Api]:
    """Start a server on a free port, and stop it at the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            answer = api.answer(Asked(parts.path, query, dict(self.headers)))
            if threading.Event().wait(answer.seconds):
                return
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.content)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content[: len(answer.content) - answer.cut])

        def log_message(self, *_: Any) -> None:
            """Keep the terminal quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api = Api(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def in_pages(rows: list[dict[str, Any]], size: int, first: int = 1) -> Answers:
    """Return answers with so many rows a page, asked for by the parameter `page`."""

    def answers(asked: Asked) -> Answer:
        start = (int(asked.query["page"]) - first) * size
        return Answer(rows[start : start + size])

    return answers

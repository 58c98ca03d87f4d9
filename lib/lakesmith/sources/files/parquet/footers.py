"""Read the footers of Parquet files, of local ones and of those that pyarrow can reach."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlparse

import pyarrow.parquet as pq  # type: ignore[import-untyped]
from pyarrow import fs

from lakesmith.paths import local_path

# Hadoop's names of stores that pyarrow calls by another name.
SCHEMES = {"s3a": "s3", "s3n": "s3"}
# pyarrow has its own credentials for a store. Without them it may try for many minutes.
WAIT_SECONDS = 20.0
GIVE_UP = {"gs": "?retry_limit_seconds=10"}


@dataclass(frozen=True)
class Footer:
    """The footer of a Parquet file as pyarrow reads it, and the size of the file in bytes."""

    metadata: Any
    size: int


@dataclass(frozen=True)
class _Store:
    """A file system that pyarrow reached, and what it puts before the paths in it."""

    files: Any
    prefix: str


# What is known of each store in the life of the process, None for those that are out of reach.
_stores: dict[str, _Store | None] = {}


def footer_of(path: str) -> Footer | None:
    """Return the footer of a Parquet file, or None where only Spark reaches the file.

    Notes
    -----
    No Spark job. Spark itself never shows how many rows a footer has. Its count leaves out the
    row groups whose place is beyond the end of the file.

    Raises
    ------
    Exception
        What pyarrow raises for a local file that is damaged or cannot be opened.
    """
    local = local_path(path)
    if local is not None:
        metadata = pq.read_metadata(local)
        return Footer(metadata, local.stat().st_size)
    place = urlparse(path)
    scheme = SCHEMES.get(place.scheme, place.scheme)
    name = f"{scheme}://{place.netloc}"
    if name not in _stores:
        _stores[name] = within(WAIT_SECONDS, lambda: _opened(name, place.path))
    store = _stores[name]
    return _far_footer(store, place.path) if store else None


def within(seconds: float, ask: Callable[[], Any]) -> Any:
    """Return an answer, or None when it fails or does not come in time.

    Examples
    --------
    >>> within(5, lambda: 7), within(5, lambda: 1 / 0)
    (7, None)
    """
    answers: Queue[Any] = Queue()

    def put() -> None:
        try:
            answers.put(ask())
        # Whatever keeps pyarrow from a store leaves the file to Spark, which has other means.
        except Exception as error:
            logging.getLogger("lakesmith").debug("no footers by pyarrow: %s", error)
            answers.put(None)

    # A thread that hangs must not keep Python from ending.
    Thread(target=put, daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except Empty:
        return None


def _opened(name: str, path: str) -> _Store:
    """Open a store, and read one footer to see that it answers."""
    scheme = name.partition(":")[0]
    options = GIVE_UP.get(scheme, "")
    files, inside = fs.FileSystem.from_uri(f"{name}/x{options}")
    store = _Store(files, inside.removesuffix("/x"))
    pq.read_metadata(_inside(store, path), filesystem=files)
    return store


def _far_footer(store: _Store, path: str) -> Footer | None:
    name = _inside(store, path)
    try:
        metadata = pq.read_metadata(name, filesystem=store.files)
        size = store.files.get_file_info(name).size
    except Exception:  # Spark reads the file, or says what is wrong with it
        return None
    return Footer(metadata, size)


def _inside(store: _Store, path: str) -> str:
    return f"{store.prefix}{unquote(path)}"

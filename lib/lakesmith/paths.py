"""Distinguish local paths from paths in other file systems."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlparse


def local_path(path: str) -> Path | None:
    """Return `path` as a local path, or None when it is in another file system.

    Examples
    --------
    >>> local_path("s3a://bucket/in") is None
    True
    >>> local_path("file:/tmp/in").as_posix()
    '/tmp/in'
    """
    parts = urlparse(path)
    if parts.scheme == "file":
        return Path(parts.path)
    return Path(path) if parts.scheme == "" else None


def path_of_rows(source_file: str) -> str:
    """Return the path of a file as a listing names it, from the URL in its rows.

    Examples
    --------
    >>> path_of_rows("file:///in/a%20day.csv")
    '/in/a day.csv'
    >>> path_of_rows("s3a://bucket/in/a.csv")
    's3a://bucket/in/a.csv'
    """
    parts = urlparse(source_file)
    if parts.scheme != "file":
        return source_file
    return unquote(parts.path)


def literal_path(path: str) -> str:
    r"""Escape what Spark would read as a pattern, so that a path names exactly one file.

    Examples
    --------
    >>> literal_path("/in/orders[1].csv")
    '/in/orders\\[1\\].csv'
    """
    return re.sub(r"([\\*?\[\]{}])", r"\\\1", path)

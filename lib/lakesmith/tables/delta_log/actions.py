"""Read the actions of one commit file, and the files that they name."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote
from uuid import UUID

from lakesmith.paths import local_path

Action = dict[str, dict[str, Any]]
UUID_TEXT = 20
_Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_B85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_TO_B85 = str.maketrans(_Z85, _B85)


def read_actions(file: Path) -> list[Action]:
    """Read a commit file.

    Raises
    ------
    ValueError
        When the file is empty or torn: Delta itself reads an empty one as a commit that did
        nothing.
    """
    actions = [_action(line) for line in file.read_bytes().split(b"\n") if line]
    if not actions:
        raise ValueError(
            "the file is empty"
            if file.stat().st_size == 0
            else "the file holds no action"
        )
    return actions


def _action(line: bytes) -> Action:
    try:
        action = json.loads(line)
    except ValueError as error:
        raise ValueError(
            "the file ends in the middle of a line, or is no JSON"
        ) from error
    if not isinstance(action, dict) or not all(
        isinstance(value, dict) for value in action.values()
    ):
        raise ValueError("a line holds no action")
    return cast("Action", action)


def files_of(
    root: Path, action: Mapping[str, Mapping[str, Any] | None]
) -> Iterator[Path]:
    """Yield the local files that an action adds.

    Examples
    --------
    >>> [file.as_posix() for file in files_of(Path("/t"), {"add": {"path": "part-0.parquet"}})]
    ['/t/part-0.parquet']
    >>> list(files_of(Path("/t"), {"remove": {"path": "part-0.parquet"}}))
    []
    """
    for kind in ("add", "cdc"):
        body = action.get(kind)
        if body and body.get("path"):
            yield from data_file(root, body["path"])
            yield from vector_file(root, body.get("deletionVector"))


def data_file(root: Path, path: str) -> Iterator[Path]:
    """Yield the local file of a path in the log, which is relative and encoded as a URI.

    Examples
    --------
    >>> [file.as_posix() for file in data_file(Path("/t"), "day=a%20b/part-0.parquet")]
    ['/t/day=a b/part-0.parquet']
    """
    local = local_path(path)
    if local is not None:
        yield root / unquote(str(local))


def vector_file(root: Path, vector: Mapping[str, Any] | None) -> Iterator[Path]:
    """Yield the file of a deletion vector, or nothing for one that is kept in the log.

    Examples
    --------
    >>> found = vector_file(Path("/t"),
    ...     {"storageType": "u", "pathOrInlineDv": "ab^-aqEH.-t@S}K{vb[*k^"})
    >>> [file.as_posix() for file in found]
    ['/t/ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin']
    """
    if vector is None:
        return
    kind = vector.get("storageType")
    text = str(vector.get("pathOrInlineDv"))
    if kind == "p":
        yield from data_file(root, text)
    elif kind == "u":
        folder = text[:-UUID_TEXT]
        encoded = text[-UUID_TEXT:].translate(_TO_B85)
        name = UUID(bytes=base64.b85decode(encoded))
        yield root / folder / f"deletion_vector_{name}.bin"

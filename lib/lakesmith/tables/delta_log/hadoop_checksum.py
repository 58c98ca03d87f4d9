"""Find the hidden ``.name.crc`` that Hadoop's local file system writes beside each file."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

Fit = Literal["none", "fits", "stale", "differs"]


def sidecar_of(file: Path) -> Path:
    """Return the checksum file of a file.

    Examples
    --------
    >>> sidecar_of(Path("_delta_log/00.json")).as_posix()
    '_delta_log/.00.json.crc'
    """
    return file.with_name(f".{file.name}.crc")


def with_sidecars(files: Iterable[Path]) -> tuple[Path, ...]:
    """Return files, each followed by its checksum file.

    Examples
    --------
    >>> [file.name for file in with_sidecars([Path("00.json")])]
    ['00.json', '.00.json.crc']
    """
    return tuple(one for file in files for one in (file, sidecar_of(file)))


def sidecar_fit(file: Path) -> Fit:
    """Compare a file with its sidecar.

    Returns
    -------
    str
        ``none`` there is no sidecar; ``fits``; ``stale`` it belongs to another content altogether,
        as when one writer replaced the file of another; ``differs`` some pieces fit and some do
        not: file or sidecar was damaged.
    """
    try:
        sums = sidecar_of(file).read_bytes()
    except FileNotFoundError:
        return "none"
    if len(sums) < 8 or sums[:4] != b"crc\0":
        return "stale"
    (piece,) = struct.unpack(">I", sums[4:8])
    expected = [sums[start : start + 4] for start in range(8, len(sums), 4)]
    found = _sums(file.read_bytes(), piece or 512)
    return _compare(expected, found)


def _sums(content: bytes, piece: int) -> list[bytes]:
    return [
        struct.pack(
            ">I",
            zlib.crc32(content[at : at + piece]),
        )
        for at in range(0, len(content), piece)
    ]


def _compare(expected: list[bytes], found: list[bytes]) -> Fit:
    if expected == found:
        return "fits"
    same = any(one == other for one, other in zip(expected, found, strict=False))
    return "differs" if same else "stale"

"""Unpack files to their end where Spark's decoder does not report all damage."""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Callable, Iterator
from typing import IO

import pyarrow as pa  # type: ignore[import-untyped]

from lakesmith.paths import local_path

CHUNK = 1 << 16
UNPACKED = 1 << 20
_DAMAGED = "the file is damaged or cut off"


def packed_problem(path: str) -> str:
    """Return why a packed file cannot be unpacked to its end, or an empty text.

    Hadoop's decoders of bzip2, zstd and zlib end without an error where a later stream of a file
    begins damaged, or where a file was cut off behind a block. Only local files are read.

    Notes
    -----
    Unpacks the file once, a piece at a time. No Spark job.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> whole = bz2.compress(b"1") + bz2.compress(b"2")
    >>> with tempfile.NamedTemporaryFile(suffix=".bz2") as file:
    ...     _ = Path(file.name).write_bytes(whole[:-20])
    ...     packed_problem(file.name)
    'the file is damaged or cut off: it ends within a stream'
    """
    local = local_path(path)
    unpack = next((of for end, of in _UNPACKERS.items() if path.endswith(end)), None)
    if local is None or unpack is None:
        return ""
    try:
        with local.open("rb") as stream:
            is_whole = unpack(stream)
    except (ValueError, zlib.error, pa.ArrowException) as error:
        return f"{_DAMAGED}: {error}"
    except OSError as error:
        # The system numbers its own errors, a decoder does not.
        if error.errno is not None:
            raise
        return f"{_DAMAGED}: {error}"
    return "" if is_whole else f"{_DAMAGED}: it ends within a stream"


def _bzip2(stream: IO[bytes]) -> bool:
    decoder = bz2.BZ2Decompressor()
    for piece in _pieces(stream):
        rest = piece
        while rest:
            if decoder.eof:
                decoder = bz2.BZ2Decompressor()
            decoder.decompress(rest, UNPACKED)
            while not (decoder.eof or decoder.needs_input):
                decoder.decompress(b"", UNPACKED)
            rest = decoder.unused_data if decoder.eof else b""
    return decoder.eof or stream.tell() == 0


def _zlib(stream: IO[bytes]) -> bool:
    decoder = zlib.decompressobj()
    for piece in _pieces(stream):
        rest = piece
        while rest:
            if decoder.eof:
                raise ValueError("something follows its stream")
            decoder.decompress(rest, UNPACKED)
            rest = decoder.unused_data or decoder.unconsumed_tail
    return decoder.eof or stream.tell() == 0


def _zstd(stream: IO[bytes]) -> bool:
    unpacked = pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd")
    while unpacked.read(UNPACKED):
        pass
    return True


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(CHUNK), b"")


_UNPACKERS: dict[str, Callable[[IO[bytes]], bool]] = {
    ".bz2": _bzip2,
    ".deflate": _zlib,
    ".zst": _zstd,
}

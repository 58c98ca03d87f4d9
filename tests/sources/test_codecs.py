"""Text files whose codec reports no damage are parked."""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Callable

import pyarrow as pa
import pytest


@pytest.mark.parametrize("ending", ["snappy", "lz4"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_whose_decoder_reports_no_damage_is_parked(parked: Callable[..., str], ending: str, name: str) -> None:
    given = {"format": "json"} if name.endswith("jsonl") else {}
    assert f"a .{ending} file gives no sign" in parked(b"id,name\n2,b\n", f"{name}.{ending}", **given)


LINES = (b'{"id": "1"}\n', b'{"id": "2"}\n')


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, "zstd", asbytes=True))


def with_bit_flipped(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


TWO = b"".join(map(bz2.compress, LINES))
DAMAGED = {
    "a second stream that begins damaged.bz2": with_bit_flipped(TWO, len(bz2.compress(LINES[0])) + 4),
    "bytes behind its stream.bz2": TWO + b"more",
    "cut off within its second stream.bz2": TWO[:-20],
    "cut off.zst": zstd(LINES[0]) + zstd(LINES[1])[:2],
    "cut off.deflate": zlib.compress(LINES[0])[:-1],
    "bytes behind its stream.deflate": zlib.compress(LINES[0]) + b"more",
}
WHOLE = {"two streams.bz2": TWO, "two frames.zst": b"".join(map(zstd, LINES)), "one.deflate": zlib.compress(LINES[0])}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_packed_file_that_is_no_whole_is_parked(parked: Callable[..., str], name: str) -> None:
    reason = parked(DAMAGED[name], f"a.json{name}", format="json")
    assert "damaged or cut off" in reason or "ended before" in reason


@pytest.mark.parametrize("name", WHOLE)
def test_a_packed_file_that_is_whole_is_not_parked(parked: Callable[..., str], name: str) -> None:
    assert parked(WHOLE[name], f"a.json{name}", format="json") == ""

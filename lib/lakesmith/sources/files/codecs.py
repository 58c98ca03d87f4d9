"""Refuse the packed text files whose damage Spark's decoder does not report."""

from __future__ import annotations

from collections.abc import Sequence

# Hadoop unpacks them by their ending, and ends without an error where the bytes are of no block.
_UNPROVEN = (".snappy", ".lz4")
_TEXTS = ("csv", "json", "json_document", "log", "fixed_width", "xml")
# They are unpacked by Python.
_NOT_UNPACKED = (".deflate", ".zst")
_UNREAD = {
    "csv": _NOT_UNPACKED,
    "json_document": _NOT_UNPACKED,
    "xml": _NOT_UNPACKED,
}
_HINT = "land it unpacked, or packed by gzip or bzip2 (.gz, .bz2)"


def codec_problem(path: str, format: str) -> str:
    """Return why a file is not read by its ending, or an empty text.

    Examples
    --------
    >>> codec_problem("in/a.csv.snappy", "csv").partition(":")[0]
    'a .snappy file gives no sign when its bytes are damaged'
    >>> codec_problem("in/a.csv.gz", "csv"), codec_problem("in/a.snappy", "parquet")
    ('', '')
    >>> codec_problem("in/a.csv.deflate", "csv").partition(":")[0]
    'a .deflate file of CSV is not unpacked'
    """
    unread = _ending(path, _UNREAD.get(format, ()))
    if unread:
        return f"a {unread} file of {format.upper()} is not unpacked: {_HINT}"
    unproven = _ending(path, _UNPROVEN if format in _TEXTS else ())
    if unproven:
        return f"a {unproven} file gives no sign when its bytes are damaged: {_HINT}"
    return ""


def _ending(path: str, endings: Sequence[str]) -> str:
    return next((one for one in endings if path.endswith(one)), "")

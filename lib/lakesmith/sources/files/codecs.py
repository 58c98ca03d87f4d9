"""Refuse the packed text files whose damage Spark's decoder does not report."""

from __future__ import annotations

# Hadoop unpacks them by their ending, and ends without an error where the bytes are of no block.
_UNPROVEN = (".snappy", ".lz4")
_TEXTS = ("csv", "json")


def codec_problem(path: str, format: str) -> str:
    """Return why a file is not read by its ending, or an empty text.

    Examples
    --------
    >>> codec_problem("in/a.csv.snappy", "csv").partition(":")[0]
    'a .snappy file gives no sign when its bytes are damaged'
    >>> codec_problem("in/a.csv.gz", "csv"), codec_problem("in/a.snappy", "parquet")
    ('', '')
    """
    ending = next((one for one in _UNPROVEN if path.endswith(one)), "")
    if not ending or format not in _TEXTS:
        return ""
    return (
        f"a {ending} file gives no sign when its bytes are damaged: land it unpacked, or packed by"
        " gzip or bzip2 (.gz, .bz2)"
    )

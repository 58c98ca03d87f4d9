"""Decode the first bytes of a file as Spark decodes the file."""

from __future__ import annotations

import codecs

from pyspark.sql import Column
from pyspark.sql import functions as F

UTF8_BOM = codecs.BOM_UTF8
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BOM = "\ufeff"
WINDOWS = "windows-1252"
# The characters that an encoding has none of, where a byte is a character.
UNKNOWN = {
    "US-ASCII": r"[^\x00-\x7F]",
    "WINDOWS-1252": r"[\x81\x8D\x8F\x90\x9D]",
}
# The bytes that have other characters in windows-1252 than in ISO-8859-1.
_OTHERS = bytes(
    byte for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d"
)
# Their decoders take a mark at the start as the order of the bytes, and drop it.
_BY_MARK = {
    "UTF-16": UTF16_BOMS,
    "UTF-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}


def is_wide(encoding: str) -> bool:
    """Return True where the bytes of a line end may lie within a character, as in UTF-16.

    Examples
    --------
    >>> is_wide("utf-16"), is_wide("UTF-8")
    (True, False)
    """
    return encoding.upper().startswith(("UTF-16", "UTF-32"))


def drops_mark(encoding: str) -> bool:
    """Return True where the decoder itself drops a byte order mark.

    Examples
    --------
    >>> drops_mark("UTF-16"), drops_mark("UTF-16LE")
    (True, False)
    """
    return encoding.upper() in _BY_MARK


def codec_of(data: bytes, encoding: str) -> str:
    r"""Return the name that Python has for the encoding of a file with these first bytes.

    Without a mark, Spark takes the high byte first, and Python the order of its machine.

    Examples
    --------
    >>> codec_of(b"\x00i", "UTF-16"), codec_of(b"\xff\xfei\x00", "UTF-16")
    ('UTF-16-BE', 'UTF-16')
    """
    name = encoding.upper()
    marks = _BY_MARK.get(name)
    if marks is None or data.startswith(marks):
        return name
    return f"{name}-BE"


def decoded(data: bytes, encoding: str) -> str:
    r"""Return the first bytes of a file as text, without one mark that begins it.

    Examples
    --------
    >>> decoded(b"\xef\xbb\xbfid", "UTF-8"), decoded(b"\x00i\x00d", "UTF-16")
    ('id', 'id')
    """
    codec = codec_of(data, encoding)
    if not is_wide(encoding):
        return data.removeprefix(UTF8_BOM).decode(codec, errors="replace")
    text = data.decode(codec, errors="replace")
    if drops_mark(encoding):
        return text
    return text.removeprefix(BOM)


def spelled(text: Column, encoding: str) -> Column:
    r"""Return text of one character a byte with the characters of its encoding.

    Spark decodes ISO-8859-1 and not windows-1252, of which 27 bytes are other characters.

    Examples
    --------
    >>> text = F.decode(F.lit(b"5 \x80"), "ISO-8859-1")
    >>> spark.range(1).select(spelled(text, "windows-1252")).first()[0]
    '5 €'
    """
    if encoding != WINDOWS:
        return text
    bytes_as_text = _OTHERS.decode("ISO-8859-1")
    return F.translate(text, bytes_as_text, _OTHERS.decode(WINDOWS))

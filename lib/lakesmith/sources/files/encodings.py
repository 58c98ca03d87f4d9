"""Decode the first bytes of a file as Spark decodes the file."""

from __future__ import annotations

import codecs

UTF8_BOM = codecs.BOM_UTF8
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BOM = "\ufeff"
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

"""What Java refuses in a regular expression, as far as it can be known without Java."""

from __future__ import annotations

import re
import warnings

# Java knows more than Python: of what Python refuses only what is broken in both counts.
_BROKEN_IN_BOTH = (
    "missing )", "unbalanced parenthesis", "unterminated character set", "nothing to repeat",
    "bad character range", "bad escape (end of pattern)", "min repeat greater than max repeat",
)  # fmt: skip
_JAVA_CLASS = re.compile(r"\\[pP](?:\{\^?\w+=?\w*\}|\w)|\\[hHRXvV]")
_QUOTED = re.compile(r"\\Q.*?(?:\\E|$)", re.DOTALL)
_ESCAPED = re.compile(r"\\(?:[pPxkN]\{[^}]*\}|.)", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\[\]]*\]")
_PYTHON_GROUP = re.compile(r"\(\?(?:P[<=>]|\(|#)")
_GROUP_NAME = re.compile(r"\(\?<(?![=!])([^>]*)>")
_FLAGS = re.compile(r"\(\?([a-zA-Z]*)(?:-[a-zA-Z]*)?[:)]")
_REPETITION = re.compile(r"\{(?!\d+(?:,\d*)?\})")
_LETTERS = frozenset("tnrfaecxudDsSwWhHvVRpPbBAGZzQEkNX")


def regex_problem(pattern: str) -> str:
    r"""Say why a regular expression is broken in Java; empty when Java may accept it.

    Examples
    --------
    >>> regex_problem("[a-z"), regex_problem(r"^\p{L}+$")
    ('unterminated character set', '')
    >>> regex_problem("(?P<x>a)"), regex_problem("^{id}$")
    ("'(?P<' is Python's syntax, Java has none such", "'{' is no repetition; write '\\{' for the sign")
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(_JAVA_CLASS.sub("w", pattern).replace("(?<", "(?:"))
    except (re.error, OverflowError, RecursionError) as error:
        text = str(getattr(error, "msg", "too large"))
        if text.startswith(_BROKEN_IN_BOTH):
            return text
    return _java_problem(_QUOTED.sub("q", pattern))


def _java_problem(pattern: str) -> str:
    escapes = [found.group()[1] for found in _ESCAPED.finditer(pattern)]
    unknown = [
        sign
        for sign in escapes
        if sign.isascii() and sign.isalpha() and sign not in _LETTERS
    ]
    if unknown:
        return f"Java knows no escape '\\{unknown[0]}'"
    plain = _CLASS.sub("c", _ESCAPED.sub("e", pattern))
    group = _PYTHON_GROUP.search(plain)
    if group:
        return f"'{group.group()}' is Python's syntax, Java has none such"
    names = [
        name
        for name in _GROUP_NAME.findall(plain)
        if not re.fullmatch("[A-Za-z][A-Za-z0-9]*", name)
    ]
    if names:
        return f"'{names[0]}' is no name of a group in Java: letters and digits, a letter first"
    flags = [
        sign
        for found in _FLAGS.findall(plain)
        for sign in found
        if sign not in "idmsuxU"
    ]
    if flags:
        return f"Java knows no flag '{flags[0]}'"
    # A class within a class is not looked into: what looks like a repetition there may be a plain sign.
    is_read = "[" not in plain
    return (
        "'{' is no repetition; write '\\{' for the sign"
        if is_read and _REPETITION.search(plain)
        else ""
    )

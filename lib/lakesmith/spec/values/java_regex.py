"""Find what Java refuses in a regular expression, as far as Python can."""

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
    r"""Return why Java refuses a regular expression, or nothing when it may accept it.

    Examples
    --------
    >>> regex_problem("[a-z"), regex_problem(r"^\p{L}+$")
    ('unterminated character set', '')
    >>> regex_problem("(?P<x>a)")
    "'(?P<' is Python's syntax, which Java does not have"
    >>> regex_problem("^{id}$")
    "'{' is not a repetition; write '\\{' for the character"
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
    unescaped = _ESCAPED.sub("e", pattern)
    plain = _CLASS.sub("c", unescaped)
    problem = _escape_problem(pattern)
    for problem_of in (_group_problem, _flag_problem, _repetition_problem):
        problem = problem or problem_of(plain)
    return problem


def _escape_problem(pattern: str) -> str:
    for escape in _ESCAPED.finditer(pattern):
        letter = escape.group()[1]
        if letter.isascii() and letter.isalpha() and letter not in _LETTERS:
            return f"Java has no escape '\\{letter}'"
    return ""


def _group_problem(plain: str) -> str:
    group = _PYTHON_GROUP.search(plain)
    if group:
        return f"'{group.group()}' is Python's syntax, which Java does not have"
    for name in _GROUP_NAME.findall(plain):
        if not re.fullmatch("[A-Za-z][A-Za-z0-9]*", name):
            return f"'{name}' is not a group name in Java: letters and digits, a letter first"
    return ""


def _flag_problem(plain: str) -> str:
    for flag in "".join(_FLAGS.findall(plain)):
        if flag not in "idmsuxU":
            return f"Java has no flag '{flag}'"
    return ""


def _repetition_problem(plain: str) -> str:
    # In a class within a class, what looks like a repetition may be a plain character.
    if "[" in plain or not _REPETITION.search(plain):
        return ""
    return "'{' is not a repetition; write '\\{' for the character"

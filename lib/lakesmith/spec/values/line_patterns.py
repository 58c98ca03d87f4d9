"""Read the patterns of lines, whose groups are columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

# A field in quotes, in which a backslash escapes a quote. Its quantifiers give nothing back, which
# Java matches in a loop and not by recursion.
_QUOTED = r"[^\"\\]*+(?:\\.[^\"\\]*+)*+"
_COMMON = (
    r"(?<host>\S+) (?<ident>\S+) (?<user>.*?) \[(?<time>[^\]]+)\]"
    rf' "(?<request>{_QUOTED})" (?<status>\S+) (?<bytes>\S+)'
)
# The log formats of the NCSA, as web servers name them.
LOG_FORMATS: Mapping[str, str] = {
    "common": _COMMON,
    "combined": rf'{_COMMON} "(?<referer>{_QUOTED})" "(?<user_agent>{_QUOTED})"',
}

_NAME = r"\(\?<(?P<name>[A-Za-z_]\w*)>"
# What may hold a parenthesis that opens no group comes first.
_TOKENS = re.compile(
    rf"\\Q.*?(?:\\E|\Z)|\\k<\w*>|\\c.|\\.|{_NAME}|(?P<plain>\((?!\?))|\(\?[a-zA-Z-]*[:)]?|[\[\]]|.",
    re.DOTALL,
)


def pattern_of(line_pattern: str) -> str:
    """Return the pattern that a name stands for, or a pattern as it is.

    Examples
    --------
    >>> pattern_of("(?<id>.*)")
    '(?<id>.*)'
    >>> list(group_numbers(pattern_of("common")))
    ['host', 'ident', 'user', 'time', 'request', 'status', 'bytes']
    """
    return LOG_FORMATS.get(line_pattern, line_pattern)


def group_numbers(pattern: str) -> dict[str, int]:
    r"""Return the numbers of the named groups of a pattern.

    Examples
    --------
    >>> group_numbers(r"(?<day>\d+) (a|b) (?:c) \( [(] (?<user_name>.*)")
    {'day': 1, 'user_name': 3}
    """
    names = [name for _, name, is_group in _tokens(pattern) if is_group]
    return {name: number for number, name in enumerate(names, 1) if name}


def without_names(pattern: str) -> str:
    r"""Return a pattern whose groups have numbers only, since Java's names are narrower.

    Examples
    --------
    >>> without_names(r"(?<user_name>\w+) (?<=x)[(?<a>]")
    '(\\w+) (?<=x)[(?<a>]'
    """
    return "".join("(" if name else text for text, name, _ in _tokens(pattern))


def line_pattern_problem(pattern: str) -> str:
    r"""Return why the groups of a pattern cannot be told, or an empty text.

    Examples
    --------
    >>> line_pattern_problem(r"(?<a>.)(?<A>.)"), line_pattern_problem(r"(?<a>.)\k<a>")
    ("two groups are named 'a'", "'\\k<' refers to a name: write the number of the group, as \\1")
    >>> line_pattern_problem("[]a(](?<a>.*)")
    "a class that begins with ']' cannot be told from an empty one: write '\\]'"
    >>> line_pattern_problem("(?<a>.*)")
    ''
    """
    names = [name for _, name, is_group in _tokens(pattern) if is_group and name]
    lowered = [name.lower() for name in names]
    twice = next((name for name in lowered if lowered.count(name) > 1), "")
    if twice:
        return f"two groups are named '{twice}'"
    if re.search(r"\[\^?\]", pattern):
        return (
            "a class that begins with ']' cannot be told from an empty one: write '\\]'"
        )
    for text, _, _ in _tokens(pattern):
        if text.startswith("\\k<"):
            return "'\\k<' refers to a name: write the number of the group, as \\1"
        if re.fullmatch(r"\(\?[a-zA-Z]*x[a-zA-Z]*(?:-[a-zA-Z]*)?[:)]", text):
            return "the flag 'x' allows comments, in which groups cannot be told"
    return ""


def fixed_pattern(widths: Sequence[int]) -> str:
    """Return the pattern of a line of fixed width, whose last field may be shorter.

    Examples
    --------
    >>> fixed_pattern([10, 8])
    '(?s)(.{10})(.{0,8})'
    """
    *full, last = widths
    fields = [f"(.{{{width}}})" for width in full]
    return "".join(["(?s)", *fields, f"(.{{0,{last}}})"])


def _tokens(pattern: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the parts of a pattern, each with the name of its group and whether it opens one."""
    depth = 0
    for token in _TOKENS.finditer(pattern):
        text = token.group()
        name = token["name"] or ""
        is_group = depth == 0 and bool(name or token["plain"])
        depth += (text == "[") - (text == "]" and depth > 0)
        yield text, name if is_group else "", is_group

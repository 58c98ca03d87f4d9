r"""Keep the spelling of numbers that a parser of JSON would change.

Such are 1.10, 1e400 and an id of 40 digits. They become strings that begin with U+0001 before the
line is parsed, and numbers again afterwards. JSON allows that character in a string as an escape
only, so a line that may hold it is found by its text.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

# The parser spells these differently: -0, 19 digits or more, an exponent, a trailing zero, many
# zeros.
_CHANGED = (
    r"[:,\[][ \t\r\n]*+(?:-0(?![0-9.])|-?[0-9]++(?:(?<=[0-9]{19})|(?:\.[0-9]++)?+[eE]"
    r"|\.(?:0{6}|[0-9]*+(?:(?<=0)|(?<=[0-9]{19})))))"
)
# Possessive throughout: a long string is consumed without recursion. Whatever is no number of JSON
# stops the marking there, as does one before a colon, so that an invalid line stays invalid.
_OTHER = r'(?:[^"\-0-9]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+'
_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
_TO_MARK = rf"\G({_OTHER})({_NUMBER})(?=[ \t\r\n]*+(?:[,\]}}]|$))"
_MARKED = r'$1"\\u0001$2"'
_NESTED_MARK = r'"\\u0001([^"]*)"'
# The mark itself, or an escape of a character that its text consists of.
_MAY_HOLD_MARK = r"(?i)u0001|\\u005c|\\u0075|\\u003[01]"


def has_changed_number(line: Column) -> Column:
    """Return whether a line has a number that the parser would spell differently.

    Examples
    --------
    >>> line = F.lit('{"a": 1.10}')
    >>> spark.range(1).select(has_changed_number(line).alias("is_changed")).first().is_changed
    True
    """
    return line.rlike(_CHANGED)


def may_hold_mark(line: Column) -> Column:
    """Return whether a string in a line may look like a marked number."""
    return line.rlike(_MAY_HOLD_MARK)


def mark_numbers(line: Column) -> Column:
    r"""Return a line of JSON with each number as a marked string.

    Examples
    --------
    >>> line = F.lit('{"a": 1.10}')
    >>> print(spark.range(1).select(mark_numbers(line).alias("line")).first().line)
    {"a": "\u00011.10"}
    """
    return F.regexp_replace(line, _TO_MARK, _MARKED)


def unmark_numbers(text: Column) -> Column:
    r"""Return the text of a parsed value with its marked numbers as they were spelled.

    Examples
    --------
    >>> spark.range(1).select(unmark_numbers(F.lit("\x011.10")).alias("text")).first().text
    '1.10'
    """
    nested = F.regexp_replace(text, _NESTED_MARK, "$1")
    return F.ltrim(nested, F.lit("\x01"))

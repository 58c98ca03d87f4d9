r"""Keep the spelling of numbers that a parser of JSON would change, such as 1.10, 1e400 or an id of 40 digits.

Such numbers become strings that begin with U+0001 before the line is parsed, and numbers again afterwards. JSON allows
that character in a string as an escape only, so a line that may hold it is found by its text.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

# A number that the parser spells in another way: -0, 19 digits or more, an exponent, a trailing zero, many zeros.
CHANGED = (
    r"[:,\[][ \t\r\n]*+(?:-0(?![0-9.])|-?[0-9]++(?:(?<=[0-9]{19})|(?:\.[0-9]++)?+[eE]"
    r"|\.(?:0{6}|[0-9]*+(?:(?<=0)|(?<=[0-9]{19})))))"
)
# Possessive throughout: a long string is consumed without recursion. Whatever is no number of JSON stops the marking
# there, as does one before a colon, so that a line that is invalid stays so.
OTHER = r'(?:[^"\-0-9]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+'
NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
TO_MARK = rf"\G({OTHER})({NUMBER})(?=[ \t\r\n]*+(?:[,\]}}]|$))"
MARKED = r'$1"\\u0001$2"'
NESTED_MARK = r'"\\u0001([^"]*)"'
# The mark itself, or an escape of a character that its text consists of.
MAY_HOLD_MARK = r"(?i)u0001|\\u005c|\\u0075|\\u003[01]"


def has_changed_number(line: Column) -> Column:
    """Tell lines with a number that the parser would spell in another way."""
    return line.rlike(CHANGED)


def may_hold_mark(line: Column) -> Column:
    """Tell lines whose strings cannot be told from marked numbers."""
    return line.rlike(MAY_HOLD_MARK)


def mark_numbers(line: Column) -> Column:
    """Return a line of JSON with each number as a marked string."""
    return F.regexp_replace(line, TO_MARK, MARKED)


def unmark_numbers(text: Column) -> Column:
    """Return the text of a parsed value with its marked numbers as they were spelled."""
    nested = F.regexp_replace(text, NESTED_MARK, "$1")
    return F.ltrim(nested, F.lit("\x01"))

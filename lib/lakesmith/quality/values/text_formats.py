"""Recognise text of well-known formats, all of the text and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.values.format_patterns import GROUP, IPV4, PATTERNS


def _matching(name: str) -> Callable[[Column], Column]:
    pattern = rf"\A(?:{PATTERNS[name]})\z"
    return lambda text: text.rlike(pattern)


def is_ipv6(text: Column) -> Column:
    """Return whether text is an address of IPv6 (RFC 4291), with or without a part of IPv4.

    Examples
    --------
    >>> rows = spark.sql("SELECT explode(array('::1', '1::2::3', '1:2', '::ffff:1.2.3.4')) AS ip")
    >>> [row.ip for row in rows.filter(is_ipv6(F.col("ip"))).collect()]
    ['::1', '::ffff:1.2.3.4']
    """
    # A tail of IPv4 takes the room of two groups.
    tail = F.regexp_replace(text, rf":{IPV4}\z", ":0:0")
    groups = rf"{GROUP}(?::{GROUP})*"
    whole = tail.rlike(rf"\A{GROUP}(?::{GROUP}){{7}}\z")
    short = tail.rlike(rf"\A(?:{groups})?::(?:{groups})?\z")
    without = F.replace(tail, F.lit(":"), F.lit(""))
    signs = F.length(tail) - F.length(without)
    begins_short = tail.startswith("::")
    ends_short = tail.endswith("::")
    most = F.when(begins_short | ends_short, 8).otherwise(7)
    fits = signs <= most
    return whole | (short & fits)


def is_iban(text: Column) -> Column:
    """Return whether text is an account number (ISO 13616) whose check digits are right.

    Blanks between groups of four are allowed, as the number is printed.

    Examples
    --------
    >>> rows = spark.sql("SELECT explode(array('GB82 WEST 1234 5698 7654 32', 'GB00WEST1')) AS n")
    >>> [row.n for row in rows.filter(is_iban(F.col("n"))).collect()]
    ['GB82 WEST 1234 5698 7654 32']
    """
    spaced = text.rlike(r"\A[A-Z0-9]{4}(?: [A-Z0-9]{4})*(?: [A-Z0-9]{1,4})?\z")
    without_blanks = F.replace(
        text,
        F.lit(" "),
        F.lit(""),
    )
    packed = F.when(spaced, without_blanks).otherwise(text)
    rest = F.substr(packed, F.lit(5))
    first_four = F.substring(packed, 1, 4)
    moved = F.concat(rest, first_four)
    signs = F.split(moved, "")
    # The remainder of the number whose letters are written as 10 to 35, sign by sign.
    rest = F.aggregate(
        signs,
        F.lit(0),
        _next_rest,
    )
    return _matching("iban")(packed) & (rest == 1)


def _next_rest(rest: Column, sign: Column) -> Column:
    code = F.ascii(sign)
    is_digit = code <= ord("9")
    digit = code - ord("0")
    letter = code - ord("A") + 10
    value = F.when(is_digit, digit).otherwise(letter)
    shift = F.when(is_digit, 10).otherwise(100)
    number = rest * shift + value
    return number % 97


def is_json(text: Column) -> Column:
    """Return whether text is JSON, any value of it (RFC 8259), with unique keys in each object.

    Examples
    --------
    >>> rows = spark.sql("SELECT explode(array('[1]', 'null', '{a}', '')) AS j")
    >>> [row.j for row in rows.filter(is_json(F.col("j"))).collect()]
    ['[1]', 'null']
    """
    # The parser stops behind the first value. What follows it breaks one of these.
    listed = F.concat(
        F.lit("["),
        text,
        F.lit("]"),
    )
    within = F.concat(
        F.lit('{"a":'),
        text,
        F.lit("}"),
    )
    texts = (text, listed, within)
    parsed = [F.try_parse_json(one) for one in texts]
    parts = [one.isNotNull() for one in parsed]
    return F.when(text.isNotNull(), reduce(and_, parts))


FORMATS: dict[str, Callable[[Column], Column]] = {
    **{name: _matching(name) for name in ("email", "uuid", "url", "ipv4")},
    "ipv6": is_ipv6,
    "ip": lambda text: _matching("ipv4")(text) | is_ipv6(text),
    "iban": is_iban,
    "json": is_json,
}

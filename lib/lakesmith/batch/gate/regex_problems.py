"""Ask Spark whether a regular expression compiles, since Java alone knows its syntax."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.quality.rule import Rule, reason_of
from lakesmith.types import FLOATS, WHOLE

ONE_ROW = "SELECT * FROM VALUES (1) AS t(`_one`)"
NAMES_PATTERNS = re.compile(r"\brlike\b|\bregexp|\bsplit\s*\(", re.IGNORECASE)
BROKEN = re.compile(
    r"INVALID_PARAMETER_VALUE\.PATTERN|PatternSyntaxException|INVALID_REGEX"
)
NUMBERS = (*WHOLE, *FLOATS)
# What is known of patterns and expressions: each is asked once in the life of the process.
_known: dict[object, str] = {}


def with_known_patterns(rules: Sequence[Rule], df: DataFrame) -> tuple[Rule, ...]:
    """Return the rules of a batch, those whose regular expression does not compile with the reason.

    Notes
    -----
    Each pattern and expression is asked once in the life of the process, on inline rows, which
    takes no job.
    """
    return tuple(_known_rule(rule, df) for rule in rules)


def _known_rule(rule: Rule, df: DataFrame) -> Rule:
    if rule.error:
        return rule
    error = pattern_error(df, rule.pattern) if rule.pattern else ""
    return rule.with_error(error or patterns_error(df, rule.expression))


def pattern_error(df: DataFrame, pattern: str) -> str:
    """Return why Java refuses a regular expression, or an empty text.

    Examples
    --------
    >>> (pattern_error(spark.range(1), "(?<x>a)"),
    ...  "INVALID" in pattern_error(spark.range(1), "(?P<x>a)"))
    ('', True)
    """
    if pattern not in _known:
        row = df.sparkSession.sql(ONE_ROW)
        _known[pattern] = _error_of(row, F.lit("x").rlike(pattern))
    return _known[pattern]


def patterns_error(df: DataFrame, expression: str) -> str:
    """Return which regular expression in a SQL expression does not compile, or an empty text."""
    if not NAMES_PATTERNS.search(expression):
        return ""
    asked = (tuple(df.dtypes), expression)
    if asked not in _known:
        rows = [
            df.sparkSession.sql(ONE_ROW).select(*_samples(dict(df.dtypes), number))
            for number in (0, 1)
        ]
        # What stands behind an OR is looked at where its left side is false.
        errors = [_error_of(row, F.expr(expression)) for row in rows]
        _known[asked] = next(filter(None, errors), "")
    return _known[asked]


def _samples(columns: Mapping[str, str], number: int) -> list[Column]:
    return [_sample(kind, number).alias(name) for name, kind in columns.items()]


def _sample(kind: str, number: int) -> Column:
    if kind == "string":
        return F.lit("x")
    return F.lit(number if kind in NUMBERS else None).cast(kind)


def _error_of(row: DataFrame, condition: Column) -> str:
    try:
        row.select(condition).collect()
    except (
        Exception
    ) as error:  # what else a sample row throws is no matter of a pattern
        return reason_of(error) if BROKEN.search(str(error)) else ""
    return ""

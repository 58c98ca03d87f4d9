"""Ask Spark whether a regular expression compiles, since Java alone knows its syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.errors import StepError
from lakesmith.quality.rule import Rule, reason_of
from lakesmith.spec.rules.steps import sql_of
from lakesmith.spec.values.sql_patterns import constant_patterns
from lakesmith.types import FLOATS, WHOLE

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

ONE_ROW = "SELECT * FROM VALUES (1) AS t(`_one`)"
NAMES_PATTERNS = re.compile(
    r"\brlike\b|\bregexp|\bsplit\s*\(|\bstr_to_map\s*\(", re.IGNORECASE
)
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


def require_patterns(name: str, table: Table, df: DataFrame) -> None:
    """Require that Java takes each constant pattern in the steps and the SQL of a table.

    Raises
    ------
    StepError
        LS149 names the table, the place and the pattern. Such a step would end the batch on some
        day, with the first row that meets it.
    """
    for key, text in sql_of(table):
        error = "" if key.startswith("checks.") else _constants_error(df, text)
        if error:
            raise StepError(
                f"a pattern does not compile: {error}",
                code="LS149",
                where=f"{name}, {key}",
                hint="correct the pattern and run again; nothing of this batch was written",
            )


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
        _known[pattern] = _error_of(lambda: row.select(F.lit("x").rlike(pattern)))
    return _known[pattern]


def patterns_error(df: DataFrame, expression: str) -> str:
    r"""Return which regular expression in a SQL expression does not compile, or an empty text.

    A pattern that a column is part of is none of these: rows where it does not compile fail alone.

    Examples
    --------
    >>> df = spark.sql("SELECT 'a1' AS v, 'd' AS p")
    >>> patterns_error(df, r"v rlike concat('\\', p)")
    ''
    >>> "INVALID" in patterns_error(df, "v rlike concat('(', 'a') OR p = 'x'")
    True
    """
    if not NAMES_PATTERNS.search(expression):
        return ""
    return _constants_error(df, expression) or _samples_error(df, expression)


def _constants_error(df: DataFrame, sql: str) -> str:
    """Return why Java refuses a constant pattern, whether or not a row comes to it."""
    errors = (_constant_error(df, constant) for constant in constant_patterns(sql))
    return next(filter(None, errors), "")


def _constant_error(df: DataFrame, constant: str) -> str:
    asked = ("constant", constant)
    if asked not in _known:
        row = df.sparkSession.sql(ONE_ROW)
        _known[asked] = _error_of(
            lambda: row.selectExpr(f"regexp_like('x', {constant})")
        )
    return _known[asked]


def _samples_error(df: DataFrame, expression: str) -> str:
    asked = (tuple(df.dtypes), expression)
    if asked not in _known:
        # What stands behind an OR is looked at where its left side is false.
        errors = (_constant_problem(df, expression, number) for number in (0, 1))
        _known[asked] = next(filter(None, errors), "")
    return _known[asked]


def _constant_problem(df: DataFrame, expression: str, number: int) -> str:
    """Return an error that names the same pattern whatever the texts are, or an empty text."""
    found = _sample_error(df, expression, number, "x")
    is_constant = found and found == _sample_error(df, expression, number, "d")
    return found if is_constant else ""


def _sample_error(df: DataFrame, expression: str, number: int, text: str) -> str:
    samples = _samples(dict(df.dtypes), number, text)
    row = df.sparkSession.sql(ONE_ROW).select(*samples)
    return _error_of(lambda: row.select(F.expr(expression)))


def _samples(columns: Mapping[str, str], number: int, text: str) -> list[Column]:
    return [_sample(kind, number, text).alias(name) for name, kind in columns.items()]


def _sample(kind: str, number: int, text: str) -> Column:
    if kind == "string":
        return F.lit(text)
    value = number if kind in NUMBERS else None
    return F.lit(value).cast(kind)


def _error_of(make: Callable[[], DataFrame]) -> str:
    try:
        make().collect()
    except (
        Exception
    ) as error:  # what else a sample row throws is no matter of a pattern
        if not BROKEN.search(str(error)):
            return ""
        return reason_of(error)
    return ""

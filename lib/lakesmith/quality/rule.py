"""Define a row check that is ready to run, as one boolean column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F

if TYPE_CHECKING:
    from lakesmith.spec.model import OnFail
    from lakesmith.spec.model.checks import RowCheck
    from lakesmith.spec.model.checks.threshold import Threshold

_SAMPLE_LENGTH = 256
NO_SAMPLE = "cast(NULL as string)"


@dataclass(frozen=True)
class Rule:
    """A row check that is ready to run.

    `failed` is never NULL; `sample` is the value to show, as text. A rule with an
    `error` could not be made: no row fails it, and its result counts as failed.

    A `pattern` or `expression` of the spec is known to Spark alone: whether it compiles
    and fits the frame is asked before the first row is read. `reads_raw` says that the
    rule looks at the raw input of its column, not at the value.
    """

    id: str
    check: str
    column: str
    on_fail: OnFail
    failed: Column
    sample: Column
    error: str = ""
    pattern: str = ""
    expression: str = ""
    reads_raw: bool = False
    threshold: Threshold | None = None

    def with_error(self, error: str) -> Rule:
        """Return the rule as one that could not be made. The same without an error."""
        if not error:
            return self
        return replace(
            self,
            failed=F.lit(False),
            sample=no_sample(),
            error=error,
        )


def rule_of(check: RowCheck, column: str, failed: Column, sample: Column) -> Rule:
    """Return the rule of a check of the spec on one column."""
    rule = Rule(
        check.id,
        check.check,
        column,
        check.on_fail,
        failed,
        sample,
    )
    return replace(rule, threshold=check.threshold)


def broken_rule(check: RowCheck, column: str, error: str) -> Rule:
    """Return a rule of a check that could not be made, with the reason.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import NotNull
    >>> broken_rule(NotNull(id="given", column="id"), "id", "column 'id' is not there").error
    "column 'id' is not there"
    """
    passes = F.lit(False)
    rule = rule_of(check, column, passes, no_sample())
    return rule.with_error(error)


def no_sample() -> Column:
    """Return the sample of a rule that has no value to show."""
    return F.expr(NO_SAMPLE)


def reason_of(error: Exception) -> str:
    r"""Return the first line of an error that has text, else the name of its class.

    Examples
    --------
    >>> reason_of(ValueError("\n[PARSE_SYNTAX_ERROR] Syntax error.\n== SQL =="))
    '[PARSE_SYNTAX_ERROR] Syntax error.'
    """
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def sample_of(value: Column, kind: str) -> Column:
    """Return a value as text to show, cut to a length that fits a report. Bytes as hex.

    Examples
    --------
    >>> spark.sql("select x'FF00' as b").select(sample_of(F.col("b"), "binary")).first()[0]
    'FF00'
    """
    is_bytes = kind == "binary"
    text = F.hex(value) if is_bytes else value.cast("string")
    return F.substring(text, 1, _SAMPLE_LENGTH)


def find(columns: Mapping[str, str], name: str) -> str | None:
    """Return the type of a column, or None. The case of its name does not count.

    Examples
    --------
    >>> find({"Id": "int"}, "id"), find({"Id": "int"}, "name")
    ('int', None)
    """
    for known, kind in columns.items():
        if known.lower() == name.lower():
            return kind
    return None

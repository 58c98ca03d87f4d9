"""A row check that is ready to run: one boolean column, never NULL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.spec.model import OnFail

SAMPLE_LENGTH = 256
NO_SAMPLE = "cast(NULL as string)"


@dataclass(frozen=True)
class Rule:
    """A row check that is ready to run.

    `failed` is never NULL; `sample` is the value to show, as text; `text` is the pattern or
    expression. A rule with an `error` could not be made: no row fails it, and its verdict counts as
    failed.
    """

    id: str
    check: str
    column: str
    on_fail: OnFail
    failed: Column
    sample: Column
    error: str = ""
    text: str = ""


def broken(id: str, check: str, column: str, on_fail: OnFail, error: str) -> Rule:
    """Return a rule that could not be made, with the reason."""
    return Rule(id, check, column, on_fail, F.lit(False), F.expr(NO_SAMPLE), error)


def reason_of(error: Exception) -> str:
    r"""Return the first line of an error that says something; never empty, as that would be no
    error.

    Examples
    --------
    >>> reason_of(ValueError("\n[PARSE_SYNTAX_ERROR] Syntax error.\n== SQL =="))
    '[PARSE_SYNTAX_ERROR] Syntax error.'
    """
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def sample_of(value: Column, kind: str) -> Column:
    """Return a value as text to show, cut to a length that fits a report; bytes as hex."""
    text = F.hex(value) if kind == "binary" else value.cast("string")
    return F.substring(text, 1, SAMPLE_LENGTH)


def find(columns: Mapping[str, str], name: str) -> str | None:
    """Return the type of a column, whatever the case of its name; None when it is not there."""
    return {known.lower(): kind for known, kind in columns.items()}.get(name.lower())

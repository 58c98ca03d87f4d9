"""Declare the check `regex`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lakesmith.spec.model.checks.base import CheckedColumn, GateColumns, RowCheck
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.values.java_regex import regex_problem
from lakesmith.spec.yaml.provenance import Finding


@declare
class Regex(RowCheck):
    """The pattern of Java is found in the text."""

    check: Literal["regex"]
    column: CheckedColumn
    pattern: str = Field(
        description="Regular expression of Java; it is found anywhere in the text."
    )

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find a pattern that Java does not take, as far as is known without Java."""
        problem = regex_problem(self.pattern)
        if problem:
            what = f"the pattern does not compile: {problem}"
            yield Finding("LS141", "pattern", what, "correct the pattern")

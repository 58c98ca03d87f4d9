"""Declare the check `sql`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.checks.base import Cost, GateColumns
from lakesmith.spec.model.checks.condition_text import unbalanced
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.yaml.provenance import Finding

_TABLE = "{table}"


@declare
class Sql(Measured):
    """The number that a query gives is within the bounds."""

    check: Literal["sql"]
    query: str = Field(
        description="SELECT of one number in one row, from `{table}`, the written table."
    )

    kinds: ClassVar[tuple[str, ...]] = ()
    cost: ClassVar[Cost] = "shuffle"

    def sql_texts(self) -> dict[str, str]:
        """Return the query and the condition."""
        return {"query": self.query, **super().sql_texts()}

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find a query that is not balanced, or does not read the table."""
        yield from super().findings(columns)
        problem = unbalanced(self.query.replace(_TABLE, "t"))
        if problem:
            yield Finding("LS146", "query", problem, "correct the query")
        elif _TABLE not in self.query:
            what = f"the query does not read {_TABLE}"
            hint = f"write FROM {_TABLE}"
            yield Finding("LS141", "query", what, hint)
        if self.where is not None:
            what = "the check 'sql' takes no 'where'"
            yield Finding("LS140", "where", what, "write it into the query")

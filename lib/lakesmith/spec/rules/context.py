"""What a rule looks at: one table, its project, and the names of all things."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lakesmith.spec.model import Project, Table
from lakesmith.spec.yaml.provenance import Finding

StepCheck = Callable[[str | dict[str, Any], Collection[str]], Sequence[str]]


@dataclass(frozen=True)
class Subject:
    """A table under its name; `known` also holds things whose own spec is broken."""

    name: str
    table: Table
    project: Project
    known: frozenset[str]

    @property
    def layer(self) -> str:
        """The layer of the table."""
        return self.name.partition(".")[0]

    def upstream(self) -> Table | None:
        """Return the table that this one is built from, if it is a table with a sound spec."""
        is_table = self.table.from_ in self.project.table_names()
        return self.project.table(self.table.from_) if is_table else None


Rule = Callable[[Subject], Iterator[Finding]]

"""Define what a rule looks at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model import Project, Table

StepCheck = Callable[[str | dict[str, Any], Collection[str]], Sequence[str]]


@dataclass(frozen=True)
class Subject:
    """Hold a table with its name and project.

    Parameters
    ----------
    name : str
        ``layer.name`` of the table.
    table : Table
    project : Project
    known : frozenset of str
        Names of all sources and tables, also of those whose own spec is broken.

    Examples
    --------
    >>> from lakesmith.spec.model import Project, Table
    >>> table = Table.model_validate({"from": "bronze.orders"})
    >>> subject = Subject("silver.orders", table, Project(name="shop"))
    >>> subject.layer, subject.upstream()
    ('silver', None)
    """

    name: str
    table: Table
    project: Project
    known: frozenset[str] = frozenset()

    @property
    def layer(self) -> str:
        """The layer of the table."""
        return self.name.partition(".")[0]

    def upstream(self) -> Table | None:
        """Return the table that this one reads, if it is a table with a valid spec."""
        is_table = self.table.from_ in self.project.table_names()
        if not is_table:
            return None
        return self.project.table(self.table.from_)


Rule = Callable[[Subject], Iterator[Finding]]

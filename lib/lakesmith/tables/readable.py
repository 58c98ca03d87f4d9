"""Read the tables of a project and those of others by one name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import InputError
from lakesmith.tables.read_version import read_version
from lakesmith.tables.ref import TableRef, project_table

if TYPE_CHECKING:
    from lakesmith.spec.model import Column, Project


@dataclass(frozen=True)
class ReadableTables:
    """How tables are read, those of a project and Delta tables at a path.

    Parameters
    ----------
    project : Project
    session : callable
        Returns the session, which is started on first use.
    read : callable
        Takes ``layer.table`` and a version or ``published``, returns its rows.
    version_of : callable
        Takes ``layer.table``, returns its published version, without Spark where it is local.
    """

    project: Project
    session: Callable[[], SparkSession]
    read: Callable[[str, str | int], DataFrame]
    version_of: Callable[[str], int]

    def has(self, name: str) -> bool:
        """Return whether a name is that of a table of the project."""
        return name in self.project.table_names()

    def ref(self, name: str) -> TableRef:
        """Return the reference of a table of the project, or of a path."""
        if self.has(name):
            return project_table(self.project, name)
        return TableRef(name, name)

    def columns(self, name: str) -> Mapping[str, Column]:
        """Return the contract of a table of the project, nothing for others."""
        if not self.has(name):
            return {}
        return self.project.table(name).columns

    def is_local(self, name: str) -> bool:
        """Return whether there is a table on a local path."""
        table = self.ref(name)
        return table.local is not None and table.exists(None)

    def version(self, name: str) -> int | None:
        """Return the version to read of a local table, None for the newest.

        Raises
        ------
        InputError
            LS208 when a table of the project was never published.
        """
        if not self.has(name):
            return None
        return self.version_of(name)

    def rows(self, name: str, version: int | None = None) -> DataFrame:
        """Return the rows of a table of the project, or of a Delta table at a path.

        Without a version they are the published ones, or those of the newest.

        Raises
        ------
        InputError
            LS207 when there is no such table.

        Notes
        -----
        *Columns*: those of the table. No job before an action.
        """
        if self.has(name):
            return self.read(name, "published" if version is None else version)
        table = self.ref(name)
        if not table.exists(None if table.local else self.session()):
            hint = "name a table of the project, or a directory with a Delta table"
            raise InputError(f"there is no table '{name}'", code="LS207", hint=hint)
        if version is None:
            return table.load(self.session())
        return read_version(self.session(), table, version)

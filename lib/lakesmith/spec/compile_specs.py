"""Compile specs of other kinds to ordinary tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from lakesmith.spec.kinds import Kind, all_kinds
from lakesmith.spec.model.base import LAYERS, TableName
from lakesmith.spec.model.table import Table
from lakesmith.spec.yaml.provenance import Finding, dotted

if TYPE_CHECKING:
    from lakesmith.spec.model.project import Project

_TABLES: TypeAdapter[dict[TableName, Table]] = TypeAdapter(dict[TableName, Table])


@dataclass
class Compiled:
    """Hold the tables of a project, each with the spec it comes from.

    Parameters
    ----------
    tables : dict
        Table by ``layer.name``.
    origins : dict
        Key of the spec by key of the table, for compiled tables only.
    findings : list of Finding
        LS171 and LS172.
    """

    tables: dict[str, Table]
    origins: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, key: str, tables: dict[str, Table]) -> None:
        """Add the tables that a spec compiles to, with a finding for each name that is taken."""
        for name, table in tables.items():
            table_key = f"tables.{name}"
            if name in self.tables:
                other = self.origins.get(table_key, table_key)
                what = f"'{key}' and '{other}' both make the table '{name}'"
                finding = Finding("LS171", key, what, "rename one of them")
                self.findings.append(finding)
            else:
                self.tables[name] = table
                self.origins[table_key] = key


def compile_specs(project: Project) -> Compiled:
    """Compile every spec whose kind makes tables.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Compiled
        The tables of the project, and those compiled.
    """
    tables = {name: project.table(name) for name in project.table_names()}
    compiled = Compiled(tables)
    for kind in all_kinds():
        if kind.compile is None:
            continue
        for key, spec in kind.specs(project).items():
            name = key.partition(".")[2]
            try:
                made = _TABLES.validate_python(
                    dict(kind.compile(name, spec)),
                    by_alias=True,
                    by_name=False,
                )
            except ValidationError as error:
                compiled.findings += _invalid(kind, key, error)
            else:
                compiled.add(key, made)
    return compiled


def with_tables(project: Project, tables: dict[str, Table]) -> Project:
    """Return a project with other tables.

    Examples
    --------
    >>> from lakesmith.spec.model.project import Project
    >>> table = Table.model_validate({"from": "silver.orders"})
    >>> with_tables(Project(name="shop"), {"gold.daily": table}).table_names()
    ('gold.daily',)
    """
    layers: dict[str, dict[str, Table]] = {layer: {} for layer in LAYERS}
    for key, table in tables.items():
        layer, name = key.split(".", 1)
        layers[layer][name] = table
    return project.model_copy(update={"tables": layers})


def _invalid(kind: Kind, key: str, error: ValidationError) -> Iterator[Finding]:
    hint = f"correct the spec, or the package that provides '{kind.name}'"
    for problem in error.errors(include_url=False):
        what = f"compiles to a wrong table: {dotted(problem['loc'])}: {problem['msg']}"
        yield Finding("LS172", key, what, hint)

"""Order the tables of a project by what they read."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.yaml.provenance import suggest

if TYPE_CHECKING:
    from lakesmith.spec.model import Project, Table


def upstreams(table: Table) -> tuple[str, ...]:
    """Return what a table reads, `from` first and then its `inputs`, each once.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> spec = {"from": "silver.orders", "inputs": {"c": "silver.customers"}}
    >>> upstreams(Table.model_validate(spec))
    ('silver.orders', 'silver.customers')
    """
    return tuple(dict.fromkeys((table.from_, *table.inputs.values())))


def references(table: Table) -> tuple[str, ...]:
    """Return the other tables that the checks of a table read, each once.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import References
    >>> check = References(id="known", columns=("id",), table="silver.customers", max=0)
    >>> references(Table(from_="silver.orders", checks=(check,)))
    ('silver.customers',)
    """
    read = [name for check in table.checks for name in check.tables_read().values()]
    return tuple(dict.fromkeys(read))


def waves(project: Project, select: Sequence[str] = ()) -> tuple[tuple[str, ...], ...]:
    """Return the tables in waves, each in a later wave than all that it and its checks read.

    Parameters
    ----------
    project : Project
    select : sequence of str
        Tables to keep; empty keeps all.

    Returns
    -------
    tuple of tuple of str
        Within a wave in the order of the specs.

    Raises
    ------
    ConfigError
        When `select` names a table that does not exist (LS125).

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> specs = {"daily": {"from": "gold.lines"}, "lines": {"from": "silver.lines"}}
    >>> waves(Project.model_validate({"name": "shop", "tables": {"gold": specs}}))
    (('gold.lines',), ('gold.daily',))
    """
    _require_known(project, select)
    kept = set(select or project.table_names())
    levels = (
        tuple(name for name in level if name in kept) for level in _levels(project)
    )
    return tuple(level for level in levels if level)


def descendants(project: Project, name: str) -> tuple[str, ...]:
    """Return every table downstream of a table or source, in the order of waves.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> specs = {"daily": {"from": "gold.lines"}, "lines": {"from": "silver.lines"}}
    >>> project = Project.model_validate({"name": "shop", "tables": {"gold": specs}})
    >>> descendants(project, "silver.lines")
    ('gold.lines', 'gold.daily')
    """
    downstream = {name}
    order = [table for level in _levels(project) for table in level]
    for table in order:
        if downstream & set(upstreams(project.table(table))):
            downstream.add(table)
    return tuple(table for table in order if table in downstream - {name})


def dependents(project: Project, name: str) -> tuple[str, ...]:
    """Return every table downstream of a table, those whose checks read it included.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> check = {"id": "known", "check": "references", "columns": ["id"], "max": 0}
    >>> orders = {"from": "bronze.orders", "checks": [{**check, "table": "silver.customers"}]}
    >>> specs = {"silver": {"orders": orders, "customers": {"from": "bronze.customers"}}}
    >>> dependents(Project.model_validate({"name": "shop", "tables": specs}), "silver.customers")
    ('silver.orders',)
    """
    graph = _graph(project)
    found = {name}
    order = [table for level in _levels(project) for table in level]
    for table in order:
        if found.intersection(graph[table]):
            found.add(table)
    return tuple(table for table in order if table in found - {name})


def find_cycles(project: Project) -> tuple[tuple[str, ...], ...]:
    """Return one cycle of each group of tables that read each other.

    The first name of a cycle is also the last one.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> specs = {"a": {"from": "gold.b"}, "b": {"from": "gold.a"}}
    >>> (cycle,) = find_cycles(Project.model_validate({"name": "shop", "tables": {"gold": specs}}))
    >>> len(cycle), cycle[0] == cycle[-1]
    (3, True)
    """
    graph = _graph(project)
    cycles = []
    while cycle := _one_cycle(graph):
        cycles.append(cycle)
        graph = {name: reads for name, reads in graph.items() if name not in cycle}
    return tuple(cycles)


def _require_known(project: Project, select: Sequence[str]) -> None:
    names = project.table_names()
    problems = []
    for name in select:
        if name not in names:
            hint = suggest(name, names, "tables")
            what = f"no table '{name}'"
            problems.append(Problem("LS125", what, key=f"tables.{name}", hint=hint))
    if problems:
        raise ConfigError(problems)


def _graph(project: Project) -> dict[str, tuple[str, ...]]:
    names = set(project.table_names())
    tables = {name: project.table(name) for name in project.table_names()}
    reads = {
        name: dict.fromkeys((*upstreams(table), *references(table)))
        for name, table in tables.items()
    }
    return {
        name: tuple(read for read in found if read in names)
        for name, found in reads.items()
    }


def _levels(project: Project) -> tuple[tuple[str, ...], ...]:
    sorter = TopologicalSorter(_graph(project))
    sorter.prepare()
    levels = []
    while sorter.is_active():
        ready = set(sorter.get_ready())
        levels.append(tuple(name for name in project.table_names() if name in ready))
        sorter.done(*ready)
    return tuple(levels)


def _one_cycle(graph: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib lists each node after the one that depends on it; a reader follows the data.
        return tuple(error.args[1])
    return ()

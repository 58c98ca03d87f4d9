"""Compare the contracts of all tables with what they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.contracts.changes.checks import check_changes
from lakesmith.contracts.changes.columns import column_changes, key_changes
from lakesmith.contracts.changes.objectives import objective_changes
from lakesmith.errors import Problem
from lakesmith.spec.model.contract import Contract, major_of

if TYPE_CHECKING:
    from lakesmith.contracts.changes.change import Change
    from lakesmith.spec.load import Loaded
    from lakesmith.spec.model import Project, Table

_CODE = "LS177"


def breaking_changes(old: Project, new: Loaded) -> Iterator[Problem]:
    """Yield each change that breaks the consumers of a table (LS177).

    A table whose contract has a new major version may break them.

    Parameters
    ----------
    old : Project
    new : Loaded

    Yields
    ------
    Problem
        With the place in the new specs.
    """
    names = new.project.table_names()
    for name in old.table_names():
        table = old.table(name)
        if name in names:
            yield from _of_table(name, table, new)
        elif not _is_deprecated(table):
            yield _removed(name, table)


def table_changes(old: Table, new: Table) -> Iterator[Change]:
    """Yield how a table breaks its consumers, whatever its version is.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> one = Table.model_validate({"from": "bronze.orders", "write": {"keys": ["id"]}})
    >>> for change in table_changes(one, Table.model_validate({"from": "bronze.orders"})):
    ...     print(change)
    key: was id, is not set
    """
    yield from column_changes(old, new)
    yield from key_changes(old, new)
    yield from check_changes(old, new)
    yield from objective_changes(old.contract, new.contract)


def _of_table(name: str, old: Table, new: Loaded) -> Iterator[Problem]:
    table = new.project.table(name)
    was = major_of(_contract(old).version)
    if major_of(_contract(table).version) > was:
        return
    hint = f"undo it, or set contract.version to {was + 1}.0.0 once they agree"
    for change in table_changes(old, table):
        what = f"{name}: {change}{_readers(old, table)}"
        yield new.problem(
            _CODE,
            f"tables.{name}.{change.key}",
            what,
            hint,
        )


def _removed(name: str, table: Table) -> Problem:
    what = f"{name}: the table was there, is removed{_readers(table)}"
    hint = "put it back, or release it with `contract.status: deprecated` first"
    return Problem(
        _CODE,
        what,
        key=f"tables.{name}",
        hint=hint,
    )


def _readers(*tables: Table) -> str:
    names = dict.fromkeys(
        name for table in tables for name in _contract(table).consumers
    )
    return f"; consumers: {', '.join(names)}" if names else "; consumers: not named"


def _is_deprecated(table: Table) -> bool:
    return _contract(table).status == "deprecated"


def _contract(table: Table) -> Contract:
    return table.contract or Contract()

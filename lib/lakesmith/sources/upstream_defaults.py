"""Compare the defaults by which the rows of an upstream were read with those of its spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyspark.sql import SparkSession

from lakesmith.errors import WriteError
from lakesmith.sources.followed_inputs import INPUTS, read_up_to, versions_read
from lakesmith.sources.positions import Position, Positions
from lakesmith.tables.ref import project_table
from lakesmith.transforms.conform import defaults_of

if TYPE_CHECKING:
    from lakesmith.sources.base import Known
    from lakesmith.sources.slices import Slice
    from lakesmith.spec.model import Project, Table

Defaults: TypeAlias = "Mapping[str, Mapping[str, str]]"


@dataclass(frozen=True)
class UpstreamPositions(Positions):
    """Keep the defaults by which an upstream was read, and its inputs, beside its version."""

    def advance(self, position: Position, piece: Slice, batch: int) -> None:
        """Move a position behind a slice, in place.

        Examples
        --------
        >>> from lakesmith.sources.slices import Slice
        >>> position = {"to": 3}
        >>> read = Slice("table", "silver.a", {"to": 7, "defaults": {"silver.a": {"qty": "7"}}})
        >>> UpstreamPositions().advance(position, read, batch=2)
        >>> position
        {'to': 7, 'defaults': {'silver.a': {'qty': '7'}}}
        """
        super().advance(position, piece, batch)
        if "defaults" in piece.data:
            position["defaults"] = deepcopy(piece.data["defaults"])
        position.pop(INPUTS, None)
        if INPUTS in piece.data:
            position[INPUTS] = read_up_to(piece.data[INPUTS])


def defaults_read(project: Project, reader: Table) -> Defaults:
    """Return the defaults by which a table reads, by the table that they are of.

    Those of a table that is looked up count where rows are computed from its newest version. Other
    rows keep what it held when they came.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> silver = {"a": {"from": "bronze.a", "columns": {"qty": {"type": "int", "default": 7}}}}
    >>> gold = {"b": {"from": "silver.a"}}
    >>> project = Project.model_validate({"name": "p", "tables": {"silver": silver, "gold": gold}})
    >>> defaults_read(project, project.table("gold.b"))
    {'silver.a': {'qty': '7'}}
    """
    tables = tables_read(reader)
    found = {name: defaults_of(project.table(name).columns) for name in tables}
    return {name: defaults for name, defaults in found.items() if defaults}


def tables_read(reader: Table) -> tuple[str, ...]:
    """Return the tables whose defaults count for the rows of a table.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> table = {"from": "silver.a", "inputs": {"c": "silver.c"}}
    >>> tables_read(Table.model_validate(table))
    ('silver.a',)
    """
    is_followed = reader.write.recomputes or reader.follows_inputs
    lookups = reader.inputs.values() if is_followed else ()
    return tuple(dict.fromkeys((reader.from_, *lookups)))


def may_differ(position: Position, wanted: Defaults) -> bool:
    """Return whether a position was reached with other defaults than those wanted.

    A position of an older ledger does not say with which, and is not judged.

    Examples
    --------
    >>> wanted = {"silver.a": {"qty": "7"}}
    >>> may_differ({"to": 3, "defaults": {}}, wanted), may_differ({"to": 3}, wanted)
    (True, False)
    """
    had: Defaults = position.get("defaults", wanted)
    return had != wanted


def other_defaults(
    spark: SparkSession,
    project: Project,
    reader: Table,
    position: Position,
    known: Known,
) -> list[str]:
    """Return the columns whose rows were read with another default than they have now.

    Parameters
    ----------
    spark : SparkSession
    project : Project
    reader : Table
        The table that reads them.
    position : dict
        How far it has read its upstream.
    known : Known

    Returns
    -------
    list of str
        Each difference in words. A column that came after the rows were read is none.

    Notes
    -----
    No Spark job on a local path. The columns of an earlier version are looked at only where a
    default is new.
    """
    wanted = defaults_read(project, reader)
    if not may_differ(position, wanted):
        return []
    versions = _versions_read(reader, position, known)
    found: list[str] = []
    for name in tables_read(reader):
        held = _Held(spark, project, name, versions.get(name))
        had = position["defaults"].get(name, {})
        found += _changes(held, had, wanted.get(name, {}))
    return found


def refused_defaults(reader: str, changes: Sequence[str]) -> WriteError:
    """Return the error of a table whose rows were read with other defaults.

    Examples
    --------
    >>> refused_defaults("gold.b", ["the default of silver.a.qty is '7', ..."]).code
    'LS515'
    """
    hint = (
        "put the default back as it was, or build the table with the new one: "
        f"`lakesmith run --rebuild --select {reader}`"
    )
    what = "; ".join(changes)
    return WriteError(what, code="LS515", where=reader, hint=hint)


def _versions_read(
    reader: Table, position: Position, known: Known
) -> Mapping[str, int]:
    looked_up = versions_read(reader, position, known).values()
    versions = {one["table"]: one["to"] for one in looked_up}
    return {**versions, reader.from_: position["to"]}


@dataclass(frozen=True)
class _Held:
    """The columns that a table had at the version that was read."""

    spark: SparkSession
    project: Project
    name: str
    version: int | None

    @property
    def earlier(self) -> Mapping[str, str]:
        """The earlier name of each column that its spec renames."""
        columns = self.project.table(self.name).columns
        return {
            name: column.renamed_from
            for name, column in columns.items()
            if column.renamed_from
        }

    def has(self, column: str) -> bool:
        if self.version is None:
            return False
        table = project_table(self.project, self.name)
        columns = table.load(self.spark, versionAsOf=self.version).columns
        return not {column, self.earlier.get(column)}.isdisjoint(columns)


def _changes(
    held: _Held, had: Mapping[str, str], wanted: Mapping[str, str]
) -> Iterator[str]:
    renamed = {old: new for new, old in held.earlier.items()}
    known = {renamed.get(name, name): default for name, default in had.items()}
    for column in {**known, **wanted}:
        before = known.get(column)
        now = wanted.get(column)
        is_other = before != now
        if is_other and (before is not None or held.has(column)):
            yield (
                f"the default of {held.name}.{column} is {_in_words(now)}, the rows were "
                f"read with {_in_words(before)}"
            )


def _in_words(default: str | None) -> str:
    return "none" if default is None else f"'{default}'"

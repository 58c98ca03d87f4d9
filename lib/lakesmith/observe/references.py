"""Keep the frozen statistics of tables in `ops.references`, each version once and for all."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.resolve import (
    needed_statistics,
    optional_statistics,
)
from lakesmith.spec.step_kinds.statistics import (
    Frozen,
    Groups,
    Statistic,
    Value,
    frozen_key,
    frozen_table,
)
from lakesmith.tables.ops_table import OpsTable, Rows
from lakesmith.tables.ref import project_table

if TYPE_CHECKING:
    from lakesmith.spec.model import Project

SCHEMA_VERSION = 1
REFERENCES = (
    "schema_version INT, reference STRING, table STRING, version BIGINT, "
    "table_version BIGINT, frozen_at TIMESTAMP, column STRING, statistic STRING, "
    "params STRING, type STRING, value STRING"
)
# One row of each version says how many rows the table had.
ROW_COUNT = "row_count"
Versions = tuple[tuple[str, int], ...]
_Key = tuple[object, ...]
_Values = dict[tuple[str | None, ...], Value]


@dataclass(frozen=True)
class References:
    """Read and write the frozen statistics of a project.

    Parameters
    ----------
    spark : SparkSession
    project : Project
    """

    spark: SparkSession
    project: Project

    @property
    def ops_table(self) -> OpsTable:
        """The table that has them."""
        return OpsTable(project_table(self.project, "ops.references"), REFERENCES)

    def versions(self) -> dict[str, int]:
        """Return the newest version of each table whose statistics are frozen."""
        where = f"statistic = '{ROW_COUNT}'"
        heads = self.ops_table.read(self.spark, where=where)
        found: dict[str, int] = {}
        for row in heads:
            table = row["table"]
            newest = found.get(table, 0)
            found[table] = max(row["version"], newest)
        return found

    def read(self, table: str, version: int) -> Frozen:
        """Return one version of the frozen statistics of a table."""
        where = f"reference = '{reference_name(table, version)}'"
        rows = self.ops_table.read(self.spark, where=where)
        return frozen_from(table, version, rows)

    def append(self, rows: Rows) -> None:
        """Append the rows of one version in one commit."""
        self.ops_table.append(self.spark, rows)

    def planned(self, table: str) -> Versions:
        """Return the versions that a new batch of a table uses, as its intent has them.

        A check that compares with statistics that are not frozen refuses the batch later.

        Raises
        ------
        StepError
            LS331 when a step needs statistics that are not frozen, LS332 when the newest version
            lacks one.
        """
        spec = self.project.table(table)
        needs = needed_statistics(table, spec)
        optional = optional_statistics(table, spec)
        newest = self.versions() if needs or optional else {}
        needed = dict.fromkeys(statistic.reference for statistic in needs)
        for reference in needed:
            asked = [one for one in needs if one.reference == reference]
            if reference not in newest:
                raise _not_frozen(table, reference, asked)
            frozen = self.read(reference, newest[reference])
            lacking = [one for one in asked if not frozen.has(one)]
            if lacking:
                raise _lacking(table, frozen, lacking)
        used = {statistic.reference for statistic in (*needs, *optional)}
        known = used & newest.keys()
        versions = [(frozen_key(name), newest[name]) for name in known]
        return tuple(sorted(versions))

    def newest(self, tables: Iterable[str]) -> dict[str, Frozen]:
        """Return the newest frozen statistics of some tables, of those that have any."""
        asked = set(tables)
        versions = self.versions() if asked else {}
        known = asked & versions.keys()
        return {table: self.read(table, versions[table]) for table in known}

    def of_intent(self, references: Versions) -> dict[str, Frozen]:
        """Return the frozen statistics that an intent names, by table."""
        found = {frozen_table(key): version for key, version in references}
        return {
            table: self.read(table, version)
            for table, version in found.items()
            if table is not None
        }


def reference_name(table: str, version: int) -> str:
    """Return the name of one version of the frozen statistics of a table.

    Examples
    --------
    >>> reference_name("silver.orders", 2)
    'silver.orders@2'
    """
    return f"{table}@{version}"


def frozen_from(table: str, version: int, rows: Iterable[Mapping[str, Any]]) -> Frozen:
    """Return the frozen statistics that rows of `ops.references` have.

    Examples
    --------
    >>> row = {"column": "amount", "statistic": "quantile", "params": '{"rank": 0.5}',
    ...     "type": "int", "value": "3"}
    >>> frozen = frozen_from("silver.orders", 1, [row])
    >>> frozen.value(Statistic("amount", "quantile", 0.5))
    Value(text='3', type='int')
    """
    values: dict[_Key, Value] = {}
    types: dict[_Key, tuple[str, ...]] = {}
    groups: dict[_Key, _Values] = defaultdict(dict)
    for row in rows:
        params = json.loads(row["params"] or "{}")
        statistic = _statistic(row, params)
        key = statistic.key
        value = Value(row["value"], row["type"])
        if "group" not in params:
            values[key] = value
            continue
        types[key] = tuple(params["types"])
        group = tuple(params["group"])
        groups[key][group] = value
    of_groups = {key: Groups(types[key], found) for key, found in groups.items()}
    return Frozen(table, version, values, of_groups)


def _statistic(row: Mapping[str, Any], params: Mapping[str, Any]) -> Statistic:
    column = row["column"] or ""
    by = tuple(params.get("by", ()))
    return Statistic(column, row["statistic"], params.get("rank"), by)


def statistic_row(
    column: str | None, name: str, value: Value, params: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the row of one statistic, without what its version has in common.

    Examples
    --------
    >>> statistic_row("amount", "quantile", Value("3", "int"), {"rank": 0.5})["params"]
    '{"rank": 0.5}'
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "column": column,
        "statistic": name,
        "params": json.dumps(params) if params else None,
        "type": value.type,
        "value": value.text,
    }


def _not_frozen(table: str, reference: str, asked: Sequence[Statistic]) -> StepError:
    return StepError(
        f"the steps need the {_in_words(asked)}, and no statistics of {reference} are frozen",
        code="LS331",
        where=table,
        hint=f"run `lakesmith quality freeze {reference}`, or give a constant",
    )


def _lacking(table: str, frozen: Frozen, asked: Sequence[Statistic]) -> StepError:
    return StepError(
        f"the steps need the {_in_words(asked)}, which {frozen} has not",
        code="LS332",
        where=table,
        hint=(
            f"run `lakesmith quality freeze {frozen.table}`; --columns names all columns to"
            " measure, also one with a sensitivity; one without values needs a constant"
        ),
    )


def _in_words(asked: Sequence[Statistic]) -> str:
    texts = dict.fromkeys(map(str, asked))
    return ", ".join(texts)

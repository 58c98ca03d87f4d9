"""Report what the joins of a table do when their inputs change, and which plans they take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import StepError
from lakesmith.sources.upstream import snapshot
from lakesmith.spec.step_kinds.joined_inputs import InputJoin, input_joins
from lakesmith.tables.ref import project_table
from lakesmith.transforms.steps.bind import bind_step

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.spec.model import Project, Table


def join_report(
    spark: SparkSession, project: Project, name: str, states: Mapping[str, TableState]
) -> tuple[str, ...]:
    """Return a line for each join of a table.

    Notes
    -----
    The plan of a join is known where the input has been built. No Spark job.
    """
    spec = project.table(name)
    joins = input_joins(spec)
    lines = []
    for join in joins:
        choice = _choice(spark, project, spec, join, states)
        lines.append(f"{_in_words(spec, join)}: {on_change(spec)}{choice}")

    return tuple(lines)


def _in_words(spec: Table, join: InputJoin) -> str:
    table = spec.inputs.get(join.input, join.input)
    key = ", ".join(join.on)
    return f"{join.name} with {table} by {key}"


def on_change(spec: Table) -> str:
    """Return what happens to the rows of a table when an input changes, in words.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> on_change(Table.model_validate({"from": "silver.a"}))
    'rows keep what it held when they came'
    """
    if spec.write.recomputes:
        return f"a change computes every {spec.write.recompute_unit} again"
    if spec.follows_inputs:
        return "a change computes the rows again that have its keys"
    return "rows keep what it held when they came"


def _choice(
    spark: SparkSession,
    project: Project,
    spec: Table,
    join: InputJoin,
    states: Mapping[str, TableState],
) -> str:
    versions = {
        key: states[table].version
        for key, table in spec.inputs.items()
        if table in states
    }
    built = {key: version for key, version in versions.items() if version is not None}
    if len(built) < len(spec.inputs):
        return ""
    frames = {
        key: snapshot(spark, project_table(project, spec.inputs[key]), version)
        for key, version in built.items()
    }
    try:
        choice = bind_step(spec.steps[join.index], frames).choice
    except StepError as error:
        # The run stops at it too, and says where.
        return f"; {error.code} {error.what}"
    return f"; {choice.method}" if choice else ""

"""What the next batch of a table would change of its columns, said before anything runs."""

from __future__ import annotations

from pyspark.sql import SparkSession

from lakesmith.columns import VALIDITY
from lakesmith.ledger.state import TableState
from lakesmith.sources.registry import source_of
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Project
from lakesmith.tables.ref import project_table
from lakesmith.tables.schema.diff import ALLOWED, Change, differences, fields_of


def schema_diff(
    spark: SparkSession, project: Project, name: str, state: TableState
) -> tuple[Change, ...]:
    """Return how the columns that a spec declares differ from the table on disk.

    Notes
    -----
    Only for a table that is there and whose spec changed, or that lands a source: the schema is
    read, no row. What a table without a contract gets is known when its batch is planned in full,
    not before.
    """
    spec = project.table(name)
    declared = source_of(project, name).column_types()
    is_same = not spec.from_.startswith("sources.") and state.spec_hash == spec_hash(
        spec
    )
    if state.version is None or is_same or not declared:
        return ()
    have = fields_of(project_table(project, name).load(spark).schema)
    renamed = {
        column: one.renamed_from
        for column, one in spec.columns.items()
        if one.renamed_from
    }
    made = VALIDITY if spec.write.keeps_history else ()
    brought = {
        column: kind
        for column, kind in have.items()
        if column[0] != "_" and column not in made
    }
    return differences(brought, declared, renamed)


def verdict_on(policy: str, changes: tuple[Change, ...]) -> str:
    """Return what a policy refuses of some differences, or an empty text.

    Examples
    --------
    >>> verdict_on("add", (Change("add", "a", new="int"),))
    ''
    >>> verdict_on("fail", (Change("add", "a", new="int"),))
    'on_schema_change: fail refuses these columns: the next batch ends with LS504'
    """
    if policy == "rescue" and changes:
        return (
            "on_schema_change: rescue keeps the table's columns: what they cannot "
            "hold becomes JSON in _rescued"
        )
    refused = [change for change in changes if change.kind not in ALLOWED[policy]]
    needs_rebuild = policy != "fail" and any(
        change.kind in ("retype", "orphan") for change in refused
    )
    code = "LS510" if needs_rebuild else "LS504"
    return (
        f"on_schema_change: {policy} refuses these columns: the next batch ends with {code}"
        if refused
        else ""
    )

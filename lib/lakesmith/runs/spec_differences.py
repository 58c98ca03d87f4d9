"""Compare a spec with its table, and note what follows for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.columns import VALIDITY
from lakesmith.ledger.upstream_change import changed_source
from lakesmith.observe.refusals import REFUSALS
from lakesmith.sources.registry import source_of
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.key_implies import unproven
from lakesmith.spec.model.table import DEFAULT_REFUSAL, STAGED
from lakesmith.spec.step_effects import is_user_function, name_of
from lakesmith.tables.ref import project_table
from lakesmith.tables.schema.diff import ALLOWED, Change, differences, fields_of

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.spec.model import Project, Table


def schema_diff(
    spark: SparkSession, project: Project, name: str, state: TableState
) -> tuple[Change, ...]:
    """Return how the columns that a spec declares differ from the table on disk.

    Parameters
    ----------
    spark : SparkSession
    project : Project
    name : str
    state : TableState

    Notes
    -----
    Only for a table that is there, and whose spec changed or renames or which lands a source. The
    schema is read, no row. What a table without a contract gets is known when its batch is planned
    in full.
    """
    spec = project.table(name)
    declared = source_of(project, name).column_types()
    lands_source = spec.source_name is not None
    # A new name of a column is not part of the hash.
    renames = any(column.renamed_from for column in spec.columns.values())
    is_settled = not lands_source and not renames
    is_same = is_settled and state.spec_hash == spec_hash(spec)
    if state.version is None or is_same or not declared:
        return ()
    fields = fields_of(project_table(project, name).load(spark).schema)
    derived = VALIDITY if spec.write.keeps_history else ()
    existing = {
        column: kind
        for column, kind in fields.items()
        if column[0] != "_" and column not in derived
    }
    renamed = {
        column: contract.renamed_from
        for column, contract in spec.columns.items()
        if contract.renamed_from
    }
    return differences(existing, declared, renamed, spec.write.partition_by)


def refusal_of(policy: str, changes: tuple[Change, ...]) -> str:
    """Return what a policy refuses of some differences, or an empty text.

    Examples
    --------
    >>> refusal_of("add", (Change("add", "a", new="int"),))
    ''
    >>> refusal_of("fail", (Change("add", "a", new="int"),))
    'on_schema_change: fail refuses these columns: the next batch ends with LS504'
    """
    if policy == "rescue" and changes:
        return (
            "on_schema_change: rescue keeps the table's columns: what they cannot "
            "hold becomes JSON in _rescued"
        )
    refused = [change for change in changes if change.kind not in ALLOWED[policy]]
    if not refused:
        return ""
    kinds = {change.kind for change in refused}
    needs_rebuild = policy != "fail" and bool(kinds & {"retype", "orphan", "late"})
    code = "LS510" if needs_rebuild else "LS504"
    return f"on_schema_change: {policy} refuses these columns: the next batch ends with {code}"


def promise_notes(spec: Table) -> list[str]:
    """Return that what a key implies is looked up, where the spec does not prove it.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> promise_notes(Table(from_="bronze.a",
    ...     write=Write(strategy="scd2", keys=("id",), key_implies=("day",))))
    ["write.key_implies: the spec does not prove day: a batch's keys are looked up in all files that
    can have them"]
    """
    columns = ", ".join(unproven(spec))
    if not columns or spec.write.declared.compares_all:
        return []
    where = "a batch's keys are looked up in all files that can have them"
    return [f"write.key_implies: the spec does not prove {columns}: {where}"]


def audit_notes(spec: Table) -> list[str]:
    """Return what it costs to judge a batch before its commit.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> audit_notes(Table(from_="bronze.a", audit="stage"))
    ['audit: stage: one more write and read of the batch, and an aggregate for each stage of the
    gate, before the commit']
    >>> audit_notes(Table(from_="bronze.a"))
    []
    """
    if spec.audit != STAGED:
        return []
    cost = "one more write and read of the batch, and an aggregate for each stage of the gate"
    return [f"audit: stage: {cost}, before the commit"]


def unseen_notes(spec: Table) -> list[str]:
    """Return what SQL and functions must not do where groups or partitions are recomputed.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> unseen_notes(Table(from_="bronze.a", sql="SELECT * FROM input"))
    []
    """
    recomputed = spec.write.recompute_unit
    unit = recomputed if recomputed in ("group", "partition") else ""
    own = (
        ["the SQL"]
        if spec.sql
        else [name_of(step) for step in spec.steps if is_user_function(step)]
    )
    if not unit or not own:
        return []
    rows = (
        f"rows for what others of their {unit} are, since the changes alone name the "
        f"{unit}s to recompute"
    )
    return [f"{', '.join(own)} must not look across {unit}s, nor drop {rows}"]


def table_notes(spec: Table, state: TableState) -> list[str]:
    """Return what a plan notes of a table, whatever is new for it.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.model import Table
    >>> spec = Table(from_="bronze.a", inputs={"rates": "bronze.b"})
    >>> [note.partition(":")[0] for note in table_notes(spec, TableState("silver.a"))]
    ['rows keep the inputs of their batch']
    """
    notes = unseen_notes(spec)
    if spec.nondeterministic:
        notes.append(
            "declared nondeterministic: each batch is staged, one more write and read of its rows"
        )
    if spec.on_refusal != DEFAULT_REFUSAL:
        notes.append(
            f"on_refusal: {spec.on_refusal}: a batch that a check refuses is "
            f"{REFUSALS[spec.on_refusal].words}"
        )
    if state.spec_hash and state.spec_hash != spec_hash(spec):
        notes.append(
            "the spec changed since the last batch: rows built before keep the old shape"
        )
    if changed_source(spec, state):
        notes.append(changed_source(spec, state))
    if state.refused:
        notes.append(
            "the last batch was refused; it is undone and planned again, unless accepted"
        )
    if spec.inputs and spec.write.recomputes:
        notes.append("a new version of an input computes all rows again")
    elif spec.inputs and not spec.follows_inputs:
        notes.append(
            "rows keep the inputs of their batch: a new version of an input does not "
            "change them"
        )
    return notes

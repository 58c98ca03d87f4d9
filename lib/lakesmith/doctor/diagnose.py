"""Check every table of a warehouse, then the ledger and the publication against the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lakesmith.doctor.files_check import check_files
from lakesmith.doctor.findings import Finding, Report, in_order
from lakesmith.doctor.ledger_check import check_state
from lakesmith.doctor.log_check import check_log
from lakesmith.doctor.publish_check import check_publication, check_published
from lakesmith.errors import LedgerError
from lakesmith.ledger.publications import newest
from lakesmith.ledger.store import read_ledger
from lakesmith.tables.delta_log.snapshot import LocalTable, open_local
from lakesmith.tables.delta_log.tail_check import warehouse_tables
from lakesmith.tables.ref import TableRef, project_table

if TYPE_CHECKING:
    from lakesmith.spec.model import Project


def examine(project: Project) -> Report:
    """Return the findings in the warehouse of a project, without writing or starting Spark."""
    refs = warehouse_tables(project)
    tables = [table for ref in refs if (table := open_local(ref)) is not None]
    logs = {table.name: list(check_log(table)) for table in tables}
    readable = {name for name, findings in logs.items() if not _has_error(findings)}
    known = {
        name
        for name, findings in logs.items()
        if not any(_hides_files(finding) for finding in findings)
    }
    findings = [finding for table in tables for finding in logs[table.name]]
    for table in tables:
        findings += _files(table, table.name in known)
    findings += _elsewhere([ref for ref in refs if ref.local is None])
    findings += _against_ledger(project, tables, readable)
    return Report(len(tables), in_order(findings))


def _has_error(findings: Sequence[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _hides_files(finding: Finding) -> bool:
    """Return True where commits are missing that no checkpoint covers."""
    lost = finding.code in ("LS620", "LS621") or (
        finding.code == "LS622" and not finding.fixable
    )
    return lost and finding.severity == "error"


def _files(table: LocalTable, is_known: bool) -> Iterator[Finding]:
    if is_known and table.log.head is not None:
        yield from check_files(table)
    elif not is_known:
        hint = "fix the log and look again"
        yield Finding(
            "info",
            "LS637",
            table.name,
            "its files are not known: the log is damaged",
            str(table.root),
            hint,
        )


def _elsewhere(refs: Sequence[TableRef]) -> Iterator[Finding]:
    if refs:
        hint = "use the tools of that store, or of the catalog"
        what = f"{len(refs)} table(s), with quarantines and ops tables, are not on a local path"
        yield Finding("info", "LS637", refs[0].name, what, refs[0].location, hint)


def _against_ledger(
    project: Project, tables: Sequence[LocalTable], readable: set[str]
) -> Iterator[Finding]:
    """Yield where the ledger and the publication differ from the tables, if both can be read."""
    ledger_ref = project_table(project, "ops.ledger")
    published_ref = project_table(project, "ops.published")
    damaged = {table.name for table in tables} - readable
    if ledger_ref.local is None or "ops.ledger" in damaged:
        return
    try:
        ledger = read_ledger(None, ledger_ref, "doctor")
    except LedgerError as error:
        yield Finding(
            "error",
            error.code,
            "ops.ledger",
            error.what,
            ledger_ref.location,
            error.hint,
        )
        return
    of_project = [table for table in tables if table.name in project.table_names()]
    for table in of_project:
        yield from check_state(ledger, table, table.name in readable)
    if "ops.published" not in damaged:
        yield from check_publication(project, ledger, published_ref)
        yield from _published(of_project, published_ref, readable)


def _published(
    tables: Sequence[LocalTable], ref: TableRef, readable: set[str]
) -> Iterator[Finding]:
    versions = newest(None, ref)["tables"]
    for table in tables:
        if table.name in versions and table.name in readable:
            yield from check_published(table, versions[table.name])

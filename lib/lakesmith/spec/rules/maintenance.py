"""Check how maintenance lays a table out, and what becomes of its quarantine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.columns import VALIDITY
from lakesmith.spec.yaml.provenance import Finding, suggest

if TYPE_CHECKING:
    from lakesmith.spec.rules.context import Subject

_LAYOUTS = ("cluster_by", "zorder_by")


def maintenance_rules(subject: Subject) -> Iterator[Finding]:
    """Require at most one layout, by columns that the table has.

    Examples
    --------
    >>> from lakesmith.spec.model import Project, Table
    >>> from lakesmith.spec.rules.context import Subject
    >>> maintenance = {"cluster_by": ["day"], "zorder_by": ["id"]}
    >>> table = Table.model_validate({"from": "bronze.orders", "maintenance": maintenance})
    >>> project = Project(name="shop", tables={"silver": {"orders": table}})
    >>> subject = Subject("silver.orders", table, project)
    >>> [finding.what for finding in maintenance_rules(subject)]
    ["both 'cluster_by' and 'zorder_by' are given"]
    """
    yield from _quarantine_findings(subject)
    settings = subject.project.maintenance_of(subject.name)
    write = subject.table.write
    if settings.cluster_by and settings.zorder_by:
        what = "both 'cluster_by' and 'zorder_by' are given"
        yield Finding("LS640", "maintenance", what, "Delta takes one of them")
    if settings.cluster_by and (write.partition_by or write.keeps_history):
        what = "the table is partitioned"
        hint = "Delta clusters tables without partitions; remove one of them, or use zorder_by"
        yield Finding("LS640", "maintenance.cluster_by", what, hint)
    for key in _LAYOUTS:
        yield from _column_findings(subject, key, getattr(settings, key))


def _quarantine_findings(subject: Subject) -> Iterator[Finding]:
    if subject.table.quarantine is not None and subject.table.source_name:
        what = "the table keeps all rows of its source, and has no quarantine"
        hint = "write it in the table that reads this one, or in base.yml"
        yield Finding("LS642", "quarantine", what, hint)


def _column_findings(
    subject: Subject, key: str, names: tuple[str, ...]
) -> Iterator[Finding]:
    columns = subject.table.columns
    partitions = _partitions(subject)
    known = [*columns, *_history_columns(subject)]
    for index, name in enumerate(names):
        where = f"maintenance.{key}.{index}"
        if columns and name not in known:
            what = f"'{name}' is not a column of the contract"
            hint = suggest(name, known, "columns") + _inherited(subject, key)
            yield Finding("LS640", where, what, hint)
        elif name.lower() in partitions:
            what = f"'{name}' is a partition column"
            hint = "a layout by a partition column has no effect; remove it"
            yield Finding("LS640", where, what, hint + _inherited(subject, key))


def _partitions(subject: Subject) -> set[str]:
    write = subject.table.write
    current = ("is_current",) if write.keeps_history else ()
    return {column.lower() for column in (*write.partition_by, *current)}


def _history_columns(subject: Subject) -> tuple[str, ...]:
    if not subject.table.write.keeps_history:
        return ()
    return tuple(VALIDITY)


def _inherited(subject: Subject, key: str) -> str:
    """Return what to add to a hint when the setting comes from the project."""
    settings = subject.table.maintenance
    if settings and key in settings.model_fields_set:
        return ""
    return f"; it comes from the project, and `{key}: []` here ends that"

"""Rules on maintenance: how a table may be laid out."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.rules.context import Subject
from lakesmith.spec.strategies.built_in import VALIDITY
from lakesmith.spec.yaml.provenance import Finding, suggest

_WAYS = ("cluster_by", "zorder_by")


def maintenance_rules(subject: Subject) -> Iterator[Finding]:
    """Require one way to lay a table out, by columns that it has."""
    settings = subject.project.maintenance_of(subject.name)
    if settings.cluster_by and settings.zorder_by:
        yield Finding(
            "LS640",
            "maintenance",
            "both 'cluster_by' and 'zorder_by' are given",
            "Delta takes one of them",
        )
    if settings.cluster_by and (
        subject.table.write.partition_by or subject.table.write.keeps_history
    ):
        hint = "Delta clusters tables without partitions; take one of them out, or use zorder_by"
        yield Finding(
            "LS640", "maintenance.cluster_by", "the table is partitioned", hint
        )
    for key in _WAYS:
        yield from _unknown_columns(subject, key, getattr(settings, key))


def _unknown_columns(
    subject: Subject, key: str, names: tuple[str, ...]
) -> Iterator[Finding]:
    keeps_history = subject.table.write.keeps_history
    partitions = {
        column.lower()
        for column in (
            *subject.table.write.partition_by,
            *(("is_current",) * keeps_history),
        )
    }
    said = subject.table.maintenance
    inherited = (
        ""
        if said and key in said.model_fields_set
        else f"; the project says it: `{key}: []` here ends that"
    )
    known = [*subject.table.columns, *(VALIDITY if keeps_history else ())]
    for index, name in enumerate(names):
        where = f"maintenance.{key}.{index}"
        if subject.table.columns and name not in known:
            hint = suggest(name, known, "columns") + inherited
            yield Finding(
                "LS640", where, f"'{name}' is no column of the contract", hint
            )
        elif name.lower() in partitions:
            hint = "its rows lie together already; take it out" + inherited
            yield Finding("LS640", where, f"'{name}' is a partition column", hint)

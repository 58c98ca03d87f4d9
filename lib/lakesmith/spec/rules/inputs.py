"""Rules on what a table reads: names, layers, and upstreams whose rows change."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.model import Table
from lakesmith.spec.rules.context import Subject
from lakesmith.spec.yaml.provenance import Finding, suggest

RESERVED_SUFFIX = "__quarantine"
_NOT_IN_BRONZE = ("inputs", "columns", "steps", "sql", "checks")


def name_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse a table that is named like the quarantine of another."""
    if subject.name.endswith(RESERVED_SUFFIX):
        yield Finding(
            "LS124",
            "",
            f"names ending in '{RESERVED_SUFFIX}' are reserved",
            "rename the file",
        )


def input_rules(subject: Subject) -> Iterator[Finding]:
    """Require that what a table reads exists, and lies in a layer that it may read."""
    table = subject.table
    for key, name in {
        "from": table.from_,
        **{f"inputs.{key}": name for key, name in table.inputs.items()},
    }.items():
        if name not in subject.known:
            yield Finding(
                "LS120",
                key,
                f"'{name}' does not exist",
                suggest(name, subject.known, "there are"),
            )
    reads_source = table.from_.startswith("sources.")
    if subject.layer == "bronze" and not reads_source:
        yield Finding(
            "LS121",
            "from",
            f"a bronze table reads '{table.from_}'",
            "bronze reads from sources.<name> only",
        )
    if subject.layer != "bronze" and reads_source:
        hint = f"land it in a bronze table first, then read bronze.<name> in {subject.layer}"
        yield Finding(
            "LS121",
            "from",
            f"a {subject.layer} table reads '{table.from_}' directly",
            hint,
        )


def bronze_rules(subject: Subject) -> Iterator[Finding]:
    """Keep bronze as it arrived: nothing is cast, changed, checked, replaced or made the name of a directory."""
    if subject.layer != "bronze":
        return
    hint = "bronze keeps what arrived; do it in a silver table"
    for key in _NOT_IN_BRONZE:
        if getattr(subject.table, key):
            yield Finding("LS123", key, f"a bronze table has no '{key}'", hint)
    strategy = subject.table.write.strategy
    if strategy != "append":
        yield Finding(
            "LS123",
            "write.strategy",
            f"a bronze table cannot '{strategy}', it appends",
            hint,
        )
    if subject.table.write.partition_by:
        what = "a bronze table cannot be partitioned: what arrived is text, and not every text names a directory"
        hint = "cluster it (maintenance.cluster_by), or partition a silver table; mend one that is by `run --rebuild`"
        yield Finding("LS123", "write.partition_by", what, hint)


def upstream_rules(subject: Subject) -> Iterator[Finding]:
    """Require that a table written row by row reads rows that stay as they are, or can replace them."""
    upstream = subject.upstream()
    write = subject.table.write
    if upstream is None or write.recomputes:
        return
    name = subject.table.from_
    strategy = write.strategy
    if takes_rows_away(upstream):
        what = f"rows of '{name}' go away without a trace; this table is written row by row ('{strategy}')"
        yield Finding(
            "LS153",
            "write.strategy",
            what,
            "use strategy: aggregate, replace_partitions or replace_all",
        )
    elif not changes_rows(upstream):
        return
    elif strategy == "append":
        what = f"rows of '{name}' change later; appending would keep the old ones beside the new"
        yield Finding(
            "LS153",
            "write.strategy",
            what,
            "use strategy: upsert with keys, or strategy: aggregate",
        )
    elif upstream.write.keeps_first and not _keeps_first_of(subject.table, upstream):
        what = f"rows of '{name}' are replaced by earlier ones, which this table would take for old"
        hint = f"use when_matched: ignore with sequence_by: [{', '.join(upstream.write.sequence_by)}], or aggregate"
        yield Finding("LS153", "write.when_matched", what, hint)
    elif write.when_matched == "ignore" and not upstream.write.keeps_first:
        what = f"rows of '{name}' change later; 'when_matched: ignore' would keep the old ones"
        yield Finding(
            "LS153",
            "write.when_matched",
            what,
            "use when_matched: update with sequence_by",
        )
    elif strategy in ("snapshot", "cdc"):
        what = f"rows of '{name}' change later; {strategy} reads what arrived, every change of it"
        yield Finding(
            "LS153",
            "write.strategy",
            what,
            "read the bronze table that keeps what arrived",
        )
    elif not (
        subject.table.steps or subject.table.sql or has_keys_of(subject.table, upstream)
    ):
        what = f"rows of '{name}' change later, and its keys are others; a row that changes its key here would stay"
        hint = f"use the keys of '{name}' ({', '.join(upstream.write.keys)}), or strategy: aggregate"
        yield Finding("LS153", "write.keys", what, hint)


def changes_rows(table: Table) -> bool:
    """Tell whether rows that a table once wrote may change later."""
    return table.write.strategy != "append" and table.write.updates_rows


def has_keys_of(table: Table, upstream: Table) -> bool:
    """Tell whether a table has the keys of the one above, so that each row above has one row here.

    Examples
    --------
    >>> from lakesmith.spec.model import Column, Write
    >>> above = Table(from_="bronze.orders", write=Write(strategy="upsert", keys=("Id",)))
    >>> named = {"order": Column(type="int", source="id")}
    >>> has_keys_of(Table(from_="silver.orders", columns=named, write=Write(strategy="upsert", keys=("order",))), above)
    True
    """
    read = {read_from(table, key).lower() for key in table.write.keys}
    return read == {key.lower() for key in upstream.write.keys}


def _keeps_first_of(table: Table, upstream: Table) -> bool:
    """Tell whether a table keeps the first row of each key by the sequence of the one it reads."""
    sequence = [read_from(table, name).lower() for name in table.write.sequence_by]
    return table.write.keeps_first and sequence == [
        name.lower() for name in upstream.write.sequence_by
    ]


def read_from(table: Table, name: str) -> str:
    """Return the column of the upstream that a column of the contract is read from."""
    return (name in table.columns and table.columns[name].source) or name


def takes_rows_away(table: Table) -> bool:
    """Tell whether rows of a table may go away without leaving a tombstone."""
    return table.write.recomputes or table.write.keeps_history

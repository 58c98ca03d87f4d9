"""Rules on the contract: types, names, where raw columns come from, and the columns that the write names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lakesmith.spec.rules.context import Subject
from lakesmith.spec.values.column_types import type_problem
from lakesmith.spec.yaml.provenance import Finding, suggest

_NESTED = ("array", "map", "struct")


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that were there before, whatever the case.

    Examples
    --------
    >>> repeated(["Id", "name", "ID"])
    ['ID']
    """
    seen: set[str] = set()
    again = []
    for name in names:
        again += [name] if name.lower() in seen else []
        seen.add(name.lower())
    return again


def contract_rules(subject: Subject) -> Iterator[Finding]:
    """Require of each column a valid type, a name of its own, and a source that the upstream has."""
    for name in repeated(subject.table.columns):
        hint = "Spark does not tell columns apart by case; rename one"
        yield Finding(
            "LS119", f"columns.{name}", f"column '{name}' is declared twice", hint
        )
    arriving = arriving_columns(subject)
    for name, column in subject.table.columns.items():
        problem = type_problem(column.type)
        if problem:
            yield Finding(
                "LS130",
                f"columns.{name}.type",
                problem,
                "write a Spark type, in lower case",
            )
        if (
            column.source
            and arriving
            and column.source.lower() not in {known.lower() for known in arriving}
        ):
            what = f"'{subject.table.from_}' has no column '{column.source}'"
            yield Finding(
                "LS131",
                f"columns.{name}.source",
                what,
                suggest(column.source, arriving, "its columns"),
            )


def written_columns_rules(subject: Subject) -> Iterator[Finding]:
    """Require that the columns that the write names are in the contract, when there is one."""
    contract = subject.table.columns
    write = subject.table.write
    for key in ("keys", "partition_by", "key_implies"):
        for index, column in enumerate(getattr(write, key)):
            if contract and column not in contract:
                hint = suggest(column, contract, "its columns")
                yield Finding(
                    "LS131",
                    f"write.{key}.{index}",
                    f"column '{column}' is not in the contract",
                    hint,
                )


def key_type_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse keys that are no plain values: of these no bounds are known by which rows of the table are found."""
    contract = subject.table.columns
    write = subject.table.write
    for key in ("keys", "key_implies"):
        for index, name in enumerate(getattr(write, key)):
            if name in contract and contract[name].type.strip().startswith(_NESTED):
                what = (
                    f"'{name}' is {contract[name].type}, and a key is one plain value"
                )
                hint = "make columns of its parts, or of its text (to_json), and name these"
                yield Finding("LS150", f"write.{key}.{index}", what, hint)


def arriving_columns(subject: Subject) -> tuple[str, ...]:
    """Return the columns that a table is known to read; none when that is not known."""
    upstream = subject.upstream()
    # The images of change events hold their columns, and say so only when they come.
    if upstream is None or subject.table.write.change_format == "debezium":
        return ()
    source = subject.project.sources.get(upstream.from_.partition(".")[2])
    if upstream.from_.startswith("sources.") and source:
        return source.columns
    return tuple(upstream.columns)

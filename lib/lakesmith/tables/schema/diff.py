"""Compare the columns of a batch with those of its table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pyspark.sql.types import StructType

from lakesmith.columns import quoted
from lakesmith.tables.pruning.sql_literals import literal

Kind = Literal["add", "widen", "rename", "lose", "retype", "orphan"]
Fields = Mapping[str, str]
SEQUENCE = "_seq"
RESCUED = "_rescued"
WHOLE = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 20}
ALLOWED: Mapping[str, frozenset[Kind]] = {
    "fail": frozenset(),
    "add": frozenset({"add", "rename", "lose"}),
    "widen": frozenset({"add", "rename", "lose", "widen"}),
    "rescue": frozenset({"add"}),
}
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")


@dataclass(frozen=True)
class Change:
    """Describe one difference, with names for a rename and types otherwise.

    An ``orphan`` is renamed from a column that the table has not: `old` is its name.

    Examples
    --------
    >>> print(Change("add", "discount", new="decimal(8,2)"),
    ...     Change("rename", "name", "name", "full_name"), sep="; ")
    + discount decimal(8,2); > name -> full_name
    >>> print(Change("widen", "qty", "int", "bigint"), Change("lose", "note", "string"), sep="; ")
    ~ qty int -> bigint; - note string (stays in the table, NULL in new and updated rows)
    >>> print(Change("retype", "price", "string", "int"))
    ! price string -> int (needs a rebuild)
    """

    kind: Kind
    column: str
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        """Say the change on one line, as `plan` and errors do."""
        texts = {
            "add": f"+ {self.column} {self.new}",
            "widen": f"~ {self.column} {self.old} -> {self.new}",
            "rename": f"> {self.old} -> {self.new}",
            "lose": f"- {self.column} {self.old} "
            "(stays in the table, NULL in new and updated rows)",
            "retype": f"! {self.column} {self.old or 'nothing'} -> "
            f"{self.new or 'nothing'} (needs a rebuild)",
            "orphan": f"! {self.column} is renamed from {self.old}, and the table has neither",
        }
        return texts[self.kind]


def fields_of(schema: StructType) -> dict[str, str]:
    """Return the columns of a schema and their types, with those within `_seq` one by one.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> fields_of(frame(spark, "id int, _seq struct<at:date,no:int>", []).schema)
    {'id': 'int', '_seq.at': 'date', '_seq.no': 'int'}
    """
    fields: dict[str, str] = {}
    for field in schema.fields:
        if field.name == SEQUENCE and isinstance(field.dataType, StructType):
            fields |= {
                f"{SEQUENCE}.{one.name}": one.dataType.simpleString()
                for one in field.dataType.fields
            }
        else:
            fields[field.name] = field.dataType.simpleString()
    return fields


def differences(
    have: Fields, want: Fields, renamed: Mapping[str, str] | None = None
) -> tuple[Change, ...]:
    """Compare what a table has with what its batch brings.

    Parameters
    ----------
    have, want : mapping of str to str
        Columns and types of the table, and of the batch.
    renamed : mapping of str to str, optional
        New name to old name; one that the table has already under its new name counts no more.
        Where it has neither, a new column would leave the values of the old one behind.

    Returns
    -------
    tuple of Change
        Renames first, then types, new columns, lost ones.

    Examples
    --------
    >>> have, want = {"id": "int", "name": "string"}, {"id": "bigint", "full_name": "string",
    ...     "age": "int"}
    >>> [str(change) for change in differences(have, want, {"full_name": "name"})]
    ['> name -> full_name', '~ id int -> bigint', '+ age int']
    """
    renamed = renamed or {}
    moved = _moved(have, want, renamed)
    named = {moved.get(name, name): kind for name, kind in have.items()}
    return (
        *(Change("rename", old, old, new) for old, new in moved.items()),
        *(
            _other_type(name, named[name], want[name])
            for name in want
            if named.get(name, want[name]) != want[name]
        ),
        *(
            _without_old(name, want[name], named, renamed.get(name, ""))
            for name in want
            if name not in named
        ),
        *(_without_new(name, named[name]) for name in named if name not in want),
    )


def _moved(have: Fields, want: Fields, renamed: Mapping[str, str]) -> dict[str, str]:
    """Return old name to new name for what is still to be renamed, within `_seq` too."""
    pairs = {(old, new) for new, old in renamed.items()}
    pairs |= {(f"{SEQUENCE}.{old}", f"{SEQUENCE}.{new}") for old, new in pairs}
    return {
        old: new
        for old, new in sorted(pairs)
        if old in have and new in want and new not in have
    }


def _other_type(name: str, old: str, new: str) -> Change:
    return Change("widen" if is_wider(old, new) else "retype", name, old, new)


def _without_old(name: str, kind: str, named: Fields, renamed_from: str) -> Change:
    # A tombstone or a sequence that old rows lack would decide about them; `Qty` is no new column
    # beside `qty`.
    is_new = name == RESCUED or not (
        _is_hidden(name) or name.lower() in {other.lower() for other in named}
    )
    if is_new and renamed_from:
        return Change("orphan", name, renamed_from, kind)
    return Change("add" if is_new else "retype", name, new=kind)


def _without_new(name: str, kind: str) -> Change:
    return Change("retype" if _is_hidden(name) else "lose", name, kind)


def _is_hidden(name: str) -> bool:
    return name == "_deleted" or name.split(".")[0] == SEQUENCE


def is_wider(old: str, new: str) -> bool:
    """Return True where Delta can widen a type to the other one without writing a file.

    Examples
    --------
    >>> [is_wider("int", new) for new in ("bigint", "double", "decimal(12,2)", "decimal(10,2)",
    ...     "smallint", "string")]
    [True, True, True, False, False, False]
    >>> [is_wider("decimal(8,2)", new) for new in ("decimal(10,4)", "decimal(9,4)", "double")]
    [True, False, False]
    """
    if (old, new) in (("float", "double"), ("date", "timestamp_ntz")):
        return True
    if old in WHOLE and new in WHOLE:
        return WHOLE[old] < WHOLE[new]
    if old in WHOLE and new == "double":
        return old != "bigint"
    digits = (20, 0) if old == "bigint" else (10, 0) if old in WHOLE else _digits(old)
    wider = _digits(new)
    if old == new or not (digits and wider):
        return False
    return wider[1] >= digits[1] and wider[0] - wider[1] >= digits[0] - digits[1]


def _digits(kind: str) -> tuple[int, ...]:
    found = _DECIMAL.fullmatch(kind)
    return tuple(int(number) for number in found.groups()) if found else ()


def keeps_equality(change: Change) -> bool:
    """Return True where a key of the old type is the same key in the new type."""
    return change.kind != "widen" or change.new not in ("double", "timestamp_ntz")


def after(have: Fields, changes: Collection[Change]) -> dict[str, str]:
    """Return the columns that a table has when it has taken on changes."""
    moved = {change.old: change.new for change in changes if change.kind == "rename"}
    types = {
        change.column: change.new
        for change in changes
        if change.kind in ("widen", "add")
    }
    named = {moved.get(name, name): kind for name, kind in have.items()}
    return {**named, **types}


def statements(changes: Sequence[Change], comments: Mapping[str, str]) -> Iterator[str]:
    """Yield what follows ``ALTER TABLE <name>``, one commit each, in order.

    Examples
    --------
    >>> list(statements([Change("rename", "a", "a", "b"), Change("add", "c", new="int")],
    ...     {"c": "new"}))
    ['RENAME COLUMN `a` TO `b`', "ADD COLUMNS (`c` int COMMENT 'new')"]
    """
    for change in changes:
        if change.kind == "rename":
            yield f"RENAME COLUMN {_path(change.old)} TO {_path(change.new.split('.')[-1])}"
    wider = [
        f"{_path(change.column)} TYPE {change.new}"
        for change in changes
        if change.kind == "widen"
    ]
    if wider:
        yield f"ALTER COLUMN {', '.join(wider)}"
    added = [
        _column(change, comments.get(change.column, ""))
        for change in changes
        if change.kind == "add"
    ]
    if added:
        yield f"ADD COLUMNS ({', '.join(added)})"


def _column(change: Change, comment: str) -> str:
    return f"{quoted(change.column)} {change.new}" + (
        f" COMMENT {literal(comment)}" if comment else ""
    )


def _path(name: str) -> str:
    return (
        ".".join(quoted(part) for part in name.split("."))
        if name.startswith(f"{SEQUENCE}.")
        else quoted(name)
    )


def needed_properties(changes: Collection[Change]) -> dict[str, str]:
    """Return the Delta properties that changes need."""
    kinds = {change.kind for change in changes}
    mapping = (
        {"delta.columnMapping.mode": "name"} if kinds & {"rename", "widen"} else {}
    )
    widening = {"delta.enableTypeWidening": "true"} if "widen" in kinds else {}
    has_ntz = any(change.new == "timestamp_ntz" for change in changes)
    return (
        mapping
        | widening
        | ({"delta.feature.timestampNtz": "supported"} if has_ntz else {})
    )

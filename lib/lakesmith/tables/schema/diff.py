"""Compare the columns of a batch with those of its table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pyspark.sql.types import StructType

from lakesmith.columns import DELETED, RESCUED, SEQ
from lakesmith.types import WHOLE

Kind = Literal["add", "widen", "rename", "lose", "retype", "orphan", "late"]
Fields = Mapping[str, str]
# Decimal digits of whole numbers.
DIGITS = dict(zip(WHOLE, (3, 5, 10, 20), strict=True))
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

    An ``orphan`` is renamed from a column that the table has not, a ``late`` one from a column that
    it has beside it: `old` is its name.

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
            "late": f"! {self.column} is renamed from {self.old}, and the table has both",
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
        if field.name == SEQ and isinstance(field.dataType, StructType):
            for part in field.dataType.fields:
                fields[f"{SEQ}.{part.name}"] = part.dataType.simpleString()
        else:
            fields[field.name] = field.dataType.simpleString()

    return fields


def differences(
    have: Fields,
    want: Fields,
    renamed: Mapping[str, str] | None = None,
    partitions: Collection[str] = (),
) -> tuple[Change, ...]:
    """Compare what a table has with what its batch adds.

    Parameters
    ----------
    have, want : mapping of str to str
        Columns and types of the table, and of the batch.
    renamed : mapping of str to str, optional
        New name to old name; one that the table has already under its new name counts no more.
        Where it has neither, a new column would leave the values of the old one behind.
    partitions : collection of str
        Columns that name directories. They are widened only where the names stay the same.

    Returns
    -------
    tuple of Change
        Renames first, then types, new columns, lost ones. A name in another case is the same one.

    Examples
    --------
    >>> have, want = {"id": "int", "name": "string"}, {"id": "bigint", "full_name": "string",
    ...     "age": "int"}
    >>> [str(change) for change in differences(have, want, {"full_name": "name"})]
    ['> name -> full_name', '~ id int -> bigint', '+ age int']
    >>> [str(change) for change in differences({"a": "int", "b": "int"}, {"b": "int"}, {"b": "a"})]
    ['! b is renamed from a, and the table has both']
    """
    renamed = renamed or {}
    want = _as_spelled(have, want, renamed)
    moved = _moved(have, want, renamed)
    named = {moved.get(name, name): kind for name, kind in have.items()}
    renames = [Change("rename", old, old, new) for old, new in moved.items()]
    both = [name for name in want if name in named]
    retyped = [
        _other_type(name, named[name], want[name], name in partitions)
        for name in both
        if named[name] != want[name]
    ]
    new = [name for name in want if name not in named]
    added = [
        _without_old(name, want[name], named, renamed.get(name, "")) for name in new
    ]
    late = {renamed[name]: name for name in both if renamed.get(name) in named}
    lost = [
        _without_new(name, named[name], late.get(name))
        for name in named
        if name not in want
    ]
    return (*renames, *retyped, *added, *lost)


def _as_spelled(have: Fields, want: Fields, renamed: Mapping[str, str]) -> Fields:
    """Return what a batch adds with the names that the table has in another case.

    Examples
    --------
    >>> _as_spelled({"id": "int"}, {"ID": "bigint", "v": "int"}, {})
    {'id': 'bigint', 'v': 'int'}
    """
    free = {name.lower(): name for name in have if name not in want}
    spelled = {}
    for name, kind in want.items():
        is_kept = name in have or name in renamed or _is_hidden(name)
        known = name if is_kept else free.get(name.lower(), name)
        spelled[known] = kind
    return spelled


def _moved(have: Fields, want: Fields, renamed: Mapping[str, str]) -> dict[str, str]:
    """Return old name to new name for what is still to be renamed, within `_seq` too."""
    pairs = {old: new for new, old in renamed.items()}
    pairs |= {f"{SEQ}.{old}": f"{SEQ}.{new}" for old, new in pairs.items()}
    return {
        old: new
        for old, new in sorted(pairs.items())
        if old in have and new in want and new not in have
    }


def _other_type(name: str, old: str, new: str, is_partition: bool) -> Change:
    # The name of a directory is read by the new type.
    is_read = not is_partition or _spelling(old) == _spelling(new)
    is_widened = is_wider(old, new) and is_read
    kind: Kind = "widen" if is_widened else "retype"
    return Change(kind, name, old, new)


def _spelling(kind: str) -> str:
    """Return what types have in common whose values have one text."""
    decimal = _DECIMAL.fullmatch(kind)
    if decimal:
        return f"decimal {decimal[2]}"
    return "whole" if kind in DIGITS else kind


def _without_old(name: str, kind: str, named: Fields, renamed_from: str) -> Change:
    # A tombstone or a sequence that old rows lack would decide about them. `Qty` is no new column
    # beside `qty`.
    lowered = {other.lower() for other in named}
    is_known = _is_hidden(name) or name.lower() in lowered
    is_new = name == RESCUED or not is_known
    if is_new and renamed_from:
        return Change("orphan", name, renamed_from, kind)
    return Change("add" if is_new else "retype", name, new=kind)


def _without_new(name: str, kind: str, renamed_to: str | None) -> Change:
    # Old rows have their values below the old name, new rows below the new one.
    if renamed_to is not None:
        return Change("late", renamed_to, name, kind)
    return Change("retype" if _is_hidden(name) else "lose", name, kind)


def _is_hidden(name: str) -> bool:
    return name == DELETED or name.split(".")[0] == SEQ


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
    # Delta reads 0.1 of a float as 0.10000000149011612 of a double.
    if (old, new) == ("date", "timestamp_ntz"):
        return True
    if old in DIGITS and new in DIGITS:
        return DIGITS[old] < DIGITS[new]
    if old in DIGITS and new == "double":
        return old != "bigint"
    if old == new or new in DIGITS:
        return False
    digits = _digits(old)
    wider = _digits(new)
    if digits is None or wider is None:
        return False
    keeps_scale = wider[1] >= digits[1]
    keeps_whole = wider[0] - wider[1] >= digits[0] - digits[1]
    return keeps_scale and keeps_whole


def _digits(kind: str) -> tuple[int, int] | None:
    """Return the digits that hold a type as a decimal, and how many are behind the point."""
    if kind in DIGITS:
        return (20, 0) if kind == "bigint" else (10, 0)
    found = _DECIMAL.fullmatch(kind)
    if found is None:
        return None
    return int(found[1]), int(found[2])


def keeps_equality(change: Change) -> bool:
    """Return True where a key of the old type is the same key in the new type.

    Examples
    --------
    >>> keeps_equality(Change("widen", "id", "int", "bigint"))
    True
    >>> keeps_equality(Change("widen", "id", "int", "double"))
    False
    """
    return change.kind != "widen" or change.new not in ("double", "timestamp_ntz")


def new_names(changes: Iterable[Change]) -> dict[str, str]:
    """Return the new names of renamed columns, by the old ones.

    Examples
    --------
    >>> new_names([Change("rename", "a", "a", "b"), Change("add", "c", new="int")])
    {'a': 'b'}
    """
    return {change.old: change.new for change in changes if change.kind == "rename"}


def after(have: Fields, changes: Collection[Change]) -> dict[str, str]:
    """Return the columns that a table has after some changes.

    Examples
    --------
    >>> changes = [Change("rename", "a", "a", "b"), Change("add", "c", new="int")]
    >>> after({"a": "string"}, changes)
    {'b': 'string', 'c': 'int'}
    """
    moved = new_names(changes)
    columns: dict[str, str] = {}
    for name, kind in have.items():
        new_name = moved.get(name, name)
        columns[new_name] = kind

    for change in changes:
        if change.kind in ("widen", "add"):
            columns[change.column] = change.new

    return columns

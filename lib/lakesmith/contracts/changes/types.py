"""Compare types of columns as their consumers meet them."""

from __future__ import annotations

from lakesmith.contracts.type_tree import SparkType, read_type

_WHOLE = ("tinyint", "smallint", "int", "bigint")
# Decimal digits that hold each whole number.
_DIGITS = dict(zip(_WHOLE, (3, 5, 10, 20), strict=True))
# Types whose values the second type holds exactly.
_WIDER = {
    ("tinyint", "double"),
    ("smallint", "double"),
    ("int", "double"),
    ("float", "double"),
    ("date", "timestamp_ntz"),
}


def holds(new: str, old: str) -> bool:
    """Return whether a type is the same as another one, or wider.

    Examples
    --------
    >>> holds("bigint", "int"), holds("int", "bigint"), holds("string", "int")
    (True, False, False)
    >>> holds("struct<a:bigint,b:string>", "struct<a:int>")
    True
    """
    wide = read_type(new)
    narrow = read_type(old)
    if wide is None or narrow is None:
        return new.strip() == old.strip()
    return _holds(wide, narrow)


def _holds(new: SparkType, old: SparkType) -> bool:
    if new.family == "decimal":
        return _decimal_holds(new, old)
    if new.family != old.family:
        return _is_wider(new.family, old.family)
    if new.family == "struct":
        return _struct_holds(new, old)
    pairs = zip(new.parts, old.parts, strict=True)
    return all(_holds(wide, narrow) for wide, narrow in pairs)


def _is_wider(new: str, old: str) -> bool:
    if new in _WHOLE and old in _WHOLE:
        return _WHOLE.index(new) > _WHOLE.index(old)
    return (old, new) in _WIDER


def _decimal_holds(new: SparkType, old: SparkType) -> bool:
    precision, scale = new.numbers
    if old.family in _DIGITS:
        return precision - scale >= _DIGITS[old.family]
    if old.family != "decimal":
        return False
    old_precision, old_scale = old.numbers
    whole = precision - scale
    old_whole = old_precision - old_scale
    return scale >= old_scale and whole >= old_whole


def _struct_holds(new: SparkType, old: SparkType) -> bool:
    fields = dict(zip(new.fields, new.parts, strict=True))
    return all(
        name in fields and _holds(fields[name], part)
        for name, part in zip(old.fields, old.parts, strict=True)
    )

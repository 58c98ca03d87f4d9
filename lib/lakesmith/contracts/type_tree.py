"""Read a column type as a tree."""

from __future__ import annotations

from dataclasses import dataclass

from lakesmith.spec.values.column_types import type_problem


@dataclass(frozen=True)
class SparkType:
    """Hold a type with what it is made of.

    Parameters
    ----------
    family : str
        Name without parameters, such as ``decimal``.
    numbers : tuple of int
        Precision and scale of a decimal.
    parts : tuple of SparkType
        Types within an array, map or struct.
    fields : tuple of str
        Names of the fields of a struct.
    """

    family: str
    numbers: tuple[int, ...] = ()
    parts: tuple[SparkType, ...] = ()
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the type as a spec writes it."""
        if self.numbers:
            numbers = [str(number) for number in self.numbers]
            return f"{self.family}({','.join(numbers)})"
        inner = [str(part) for part in self.parts]
        if self.fields:
            named = zip(self.fields, inner, strict=True)
            inner = [f"{name}:{part}" for name, part in named]
        if inner:
            return f"{self.family}<{','.join(inner)}>"
        return self.family


def read_type(text: str) -> SparkType | None:
    """Return a type as a tree, or None where the text is no type.

    Examples
    --------
    >>> str(read_type("array<struct<id: bigint, price: decimal(12,4)>>"))
    'array<struct<id:bigint,price:decimal(12,4)>>'
    >>> read_type("varchar(10)") is None
    True
    """
    return None if type_problem(text) else _read(text)


def _read(text: str) -> SparkType:
    text = text.strip()
    family, bracket, rest = text.partition("<")
    if not bracket:
        return _simple(text)
    inner = _split(rest[: rest.rindex(">")])
    family = family.strip()
    if family != "struct":
        return SparkType(family, parts=tuple(map(_read, inner)))
    pairs = [field.partition(":") for field in inner]
    names = tuple(name.strip() for name, _, _ in pairs)
    return SparkType(
        family, parts=tuple(_read(kind) for *_, kind in pairs), fields=names
    )


def _simple(text: str) -> SparkType:
    family, bracket, rest = text.partition("(")
    if not bracket:
        return SparkType(family)
    numbers = rest.partition(")")[0].split(",")
    return SparkType(family.strip(), numbers=tuple(map(int, numbers)))


def _split(text: str) -> list[str]:
    """Split at the commas that are in no bracket."""
    parts = [""]
    depth = 0
    for sign in text:
        depth += (sign in "<(") - (sign in ">)")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts

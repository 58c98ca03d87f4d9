"""Check column types of a contract without Spark."""

from __future__ import annotations

import difflib
import re

_SIMPLE = (
    "string", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double",
    "date", "timestamp", "timestamp_ntz", "binary",
)  # fmt: skip
_WITHOUT_TEXT = frozenset(_SIMPLE) - {"string", "binary"} | {"decimal"}
_COMPOSITE = ("decimal(p,s)", "array<type>", "map<type,type>", "struct<name:type,...>")
_OTHER_NAMES = {
    "text": "string", "str": "string", "varchar": "string", "char": "string",
    "integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint",
    "bool": "boolean", "real": "float", "datetime": "timestamp",
    "number": "decimal(p,s)", "numeric": "decimal(p,s)", "decimal": "decimal(p,s)",
}  # fmt: skip
_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[<>(),:]|\S)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAX_DEPTH = 20
_MAX_PRECISION = 38


def type_problem(text: str) -> str:
    """Return what is wrong with a column type, or nothing when it is valid.

    Parameters
    ----------
    text : str
        Type as in a contract, such as ``bigint``, ``decimal(p,s)`` or ``struct<name:type>``.

    Returns
    -------
    str

    Examples
    --------
    >>> type_problem("array<struct<id:bigint,price:decimal(12,4)>>")
    ''
    >>> type_problem("integer")
    "'integer' is no type; write 'int'"
    """
    try:
        _Parser(text).parse()
    except ValueError as error:
        return str(error)
    return ""


def tells_empty_from_null(text: str) -> bool:
    """Return whether values of a column type keep empty text apart from NULL.

    Landed text that is blank is NULL in all other types.

    Examples
    --------
    >>> tells_empty_from_null("string"), tells_empty_from_null("array<string>")
    (True, True)
    >>> tells_empty_from_null("decimal(8,2)"), tells_empty_from_null("timestamp")
    (False, False)
    """
    name = text.strip().lower().partition("(")[0].strip()
    return name not in _WITHOUT_TEXT


class _Parser:
    """Parse a type and raise ValueError at its first mistake."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(text)
        self.at = 0

    def parse(self) -> None:
        self.type(depth=0)
        if self.at < len(self.tokens):
            raise ValueError(f"unexpected '{self.tokens[self.at]}' after the type")

    def next(self) -> str:
        self.at += 1
        if self.at <= len(self.tokens):
            return self.tokens[self.at - 1]
        return "the end"

    def expect(self, wanted: str) -> None:
        token = self.next()
        if token != wanted:
            raise ValueError(f"'{wanted}' expected, {_quoted(token)} found")

    def type(self, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise ValueError(f"nested deeper than {_MAX_DEPTH} levels")
        name = self.next()
        composite = {
            "decimal": self.decimal,
            "array": self.array,
            "map": self.map,
            "struct": self.struct,
        }.get(name)
        if composite and self.tokens[self.at : self.at + 1] in (["<"], ["("]):
            composite(depth + 1)
        elif name not in _SIMPLE:
            raise ValueError(_unknown(name))

    def decimal(self, depth: int) -> None:
        self.expect("(")
        precision = self.number()
        self.expect(",")
        scale = self.number()
        self.expect(")")
        if not (1 <= precision <= _MAX_PRECISION and scale <= precision):
            limits = f"precision is 1 to {_MAX_PRECISION}, scale at most that"
            raise ValueError(f"decimal({precision},{scale}): {limits}")

    def number(self) -> int:
        token = self.next()
        if not token.isdecimal() or len(token) > 2:
            raise ValueError(
                f"a number of at most two digits expected, {_quoted(token)} found"
            )
        return int(token)

    def array(self, depth: int) -> None:
        self.expect("<")
        self.type(depth)
        self.expect(">")

    def map(self, depth: int) -> None:
        self.expect("<")
        self.type(depth)
        self.expect(",")
        self.type(depth)
        self.expect(">")

    def struct(self, depth: int) -> None:
        self.expect("<")
        self.field(depth)
        while (separator := self.next()) == ",":
            self.field(depth)
        if separator != ">":
            raise ValueError(f"',' or '>' expected, {_quoted(separator)} found")

    def field(self, depth: int) -> None:
        name = self.next()
        if not _NAME.fullmatch(name):
            raise ValueError(f"a field name expected, {_quoted(name)} found")
        self.expect(":")
        self.type(depth)


def _quoted(token: str) -> str:
    return token if token == "the end" else f"'{token}'"  # noqa: S105


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name.lower(), _SIMPLE, n=1)
    similar = _OTHER_NAMES.get(name.lower()) or next(iter(close), "")
    if similar:
        return f"{_quoted(name)} is no type; write '{similar}'"
    return f"{_quoted(name)} is no type; types: {', '.join(_SIMPLE + _COMPOSITE)}"

"""Read corrections of quarantined rows from a CSV, JSON or YAML file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.plain_values import as_written
from lakesmith.check_imports.source_file import read_source
from lakesmith.errors import ConfigError, InputError

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

Mistake = tuple[int, str]
MAX_ENTRIES = 10_000
_KEYS = ("row", "where", "set")
_HINT = (
    "an entry is {row: NAME, set: {FIELD: VALUE}}, or {where: {FIELD: VALUE}, set: ...}"
)


@dataclass(frozen=True)
class Correction:
    """One entry of the file: which rows it means, and the fields that they get.

    `row` is the name of a row as `lakesmith quarantine` shows it. It is empty where the fields of
    `where` name the rows.
    """

    line: int
    row: str = ""
    where: Mapping[str, str | None] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def patch(self) -> str:
        """The values as JSON.

        Examples
        --------
        >>> Correction(2, "3f2a", values={"Qty": "5"}).patch
        '{"Qty": "5"}'
        """
        return json.dumps(dict(self.values), ensure_ascii=False)


def read_corrections(file: Path) -> tuple[Correction, ...]:
    """Read the entries of a file, CSV by its suffix.

    Parameters
    ----------
    file : Path

    Returns
    -------
    tuple of Correction

    Raises
    ------
    InputError
        LS653 with all mistakes of the file.

    Examples
    --------
    >>> read_corrections(Path("missing.yml"))
    Traceback (most recent call last):
    ...
    lakesmith.errors.InputError: LS653 1 mistake(s) in the corrections
    missing.yml the file cannot be read: No such file or directory
      where: missing.yml
      next:  an entry is {row: NAME, set: {FIELD: VALUE}}, or {where: {FIELD: VALUE}, set: ...}
    """
    mistakes: list[Mistake] = []
    read = _of_csv if file.suffix.lower() == ".csv" else _of_yaml
    found = tuple(read(file, mistakes))
    if not found and not mistakes:
        mistakes.append((0, "there is no correction"))
    if len(found) > MAX_ENTRIES:
        mistakes.append((0, f"more than {MAX_ENTRIES} corrections"))
    if mistakes:
        raise refused(file, mistakes)
    return found


def refused(file: Path, mistakes: list[Mistake], hint: str = _HINT) -> InputError:
    """Return the error that lists all mistakes of a file."""
    lines = [
        f"{file}:{line} {what}" if line else f"{file} {what}" for line, what in mistakes
    ]
    what = "\n".join([f"{len(mistakes)} mistake(s) in the corrections", *lines])
    return InputError(what, code="LS653", where=str(file), hint=hint)


def _of_yaml(file: Path, mistakes: list[Mistake]) -> Iterator[Correction]:
    try:
        root = read_source(file, as_written)
    except ConfigError as error:
        mistakes += [(problem.line, problem.what) for problem in error.problems]
        return
    if not isinstance(root.value, list):
        mistakes.append((root.origin.line, "the file is no list of corrections"))
        return
    for node in root.value:
        yield from _entry(node, mistakes)


def _entry(node: Node, mistakes: list[Mistake]) -> Iterator[Correction]:
    line = node.origin.line
    parts = node.value if isinstance(node.value, dict) else {}
    problem = _shape_problem(node.plain())
    if problem:
        mistakes.append((line, problem))
        return
    texts: dict[str, Any] = {
        name: value.value if isinstance(value.value, str) else value.plain()
        for name, value in parts.items()
    }
    values = texts["set"]
    where = texts.get("where", {})
    wrong = [*_value_problems({**where, **values})]
    mistakes += [(line, what) for what in wrong]
    if not wrong:
        matched = {name: _text(value) for name, value in where.items()}
        yield Correction(line, str(texts.get("row", "")), matched, values)


def _shape_problem(entry: Any) -> str:
    if not isinstance(entry, dict):
        return "the entry is no map"
    unknown = [key for key in entry if key not in _KEYS]
    if unknown:
        return f"unknown key '{unknown[0]}'"
    if ("row" in entry) == ("where" in entry):
        return "the entry needs either 'row' or 'where'"
    for key in ("where", "set"):
        if key in entry and not (isinstance(entry[key], dict) and entry[key]):
            return f"'{key}' is no map of fields and values"
    return "" if "set" in entry else "the entry has no 'set'"


def _value_problems(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if not isinstance(value, str | int | bool | None):
            kind = type(value).__name__
            yield f"the value of '{name}' is a {kind}: put it in quotes, as it should arrive"


def _text(value: Any) -> str | None:
    """Return a value as JSON has it within text."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _of_csv(file: Path, mistakes: list[Mistake]) -> Iterator[Correction]:
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        mistakes.append((0, f"the file cannot be read: {reason}"))
        return
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        names = [*(reader.fieldnames or ())]
        mistakes += [(1, what) for what in _header_problems(names)]
        if not mistakes:
            for cells in reader:
                yield from _csv_entry(reader.line_num, cells, mistakes)
    except csv.Error as error:
        mistakes.append((reader.line_num, f"not valid CSV: {error}"))


def _header_problems(names: list[str]) -> Iterator[str]:
    for name in names:
        prefix, _, of = name.partition(".")
        if name != "row" and not (prefix in ("where", "set") and of):
            yield f"column '{name}' is neither 'row' nor 'where.FIELD' nor 'set.FIELD'"
    if len({*names}) < len(names):
        yield "a column is there twice"
    has_where = any(name.startswith("where.") for name in names)
    if ("row" in names) == has_where:
        yield "the header needs either 'row' or columns 'where.FIELD'"
    if not any(name.startswith("set.") for name in names):
        yield "the header has no column 'set.FIELD'"


def _csv_entry(
    line: int, cells: dict[Any, Any], mistakes: list[Mistake]
) -> Iterator[Correction]:
    if None in cells or None in cells.values():
        mistakes.append((line, "the line has another number of cells than the header"))
        return
    where = _cells(cells, "where.")
    values = _cells(cells, "set.")
    if not (cells.get("row") or where) or not values:
        mistakes.append((line, "the line names no row, or no value"))
        return
    yield Correction(line, cells.get("row", ""), where, values)


def _cells(cells: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return the cells with a value whose column begins so; an empty one says nothing."""
    return {
        name.removeprefix(prefix): value
        for name, value in cells.items()
        if name.startswith(prefix) and value
    }

"""Import the checks of a file of another tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lakesmith.check_imports import every_tool as every_tool
from lakesmith.check_imports.drafts import Draft, Entry, Lost, NoCounterpartError
from lakesmith.check_imports.imported import (
    Imported,
    ImportedCheck,
    ImportedTable,
    Remark,
    in_order,
    remark,
)
from lakesmith.check_imports.making.finishing import settled, sure_columns
from lakesmith.check_imports.output.ids import CheckIds
from lakesmith.check_imports.output.validity import mistake
from lakesmith.check_imports.registry import Tool, tools
from lakesmith.check_imports.source_file import read_source, unreadable
from lakesmith.spec.yaml.provenance import suggest

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node


def import_checks(file: Path, tool: str | None = None) -> Imported:
    """Read a file of another tool as checks that a table takes.

    Parameters
    ----------
    file : Path
    tool : str, optional
        Name of the tool; by default it is recognised by the file.

    Returns
    -------
    Imported
        Each check of the file is in it, as a check or with the reason why it is none.

    Raises
    ------
    ConfigError
        LS176 when the file cannot be read or belongs to no known tool.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> text = "checks for orders: [missing_count(id) = 0, row_count same as customers]"
    >>> with TemporaryDirectory() as directory:
    ...     file = Path(directory, "checks.yml")
    ...     _ = file.write_text(text)
    ...     imported = import_checks(file)
    >>> [one.check for one in imported.tables[0].checks]
    [{'id': 'id_not_null', 'check': 'not_null', 'column': 'id', 'on_fail': 'fail'}]
    >>> [one.what for one in imported.not_imported]
    ['row_count same as customers']
    """
    document = read_source(file)
    known = _tool_of(file, document, tool)
    if known.plain is not None:
        document = read_source(file, known.plain)
    collected = _Collected()
    for name, entries in _by_table(known.entries(document)).items():
        collected.add(name, entries)
    return Imported(
        file=str(file),
        tool=known.name,
        title=known.title,
        tables=tuple(collected.tables),
        differences=in_order(collected.differences),
        not_imported=in_order(collected.lost),
    )


def _tool_of(file: Path, document: Node, name: str | None) -> Tool:
    if name is not None:
        return _named_tool(file, document, name)
    all_tools = tools().values()
    found = [tool for tool in all_tools if tool.recognises(document)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(tool.name for tool in found)
        what = "several tools have such files"
        raise unreadable(file, what, hint=f"name one of them by --from: {names}")
    all_tools = tools().values()
    titles = [f"{tool.title} has {tool.files}" for tool in all_tools]
    known = "; ".join(titles)
    raise unreadable(file, "no known tool has such files", hint=known)


def _named_tool(file: Path, document: Node, name: str) -> Tool:
    tool = tools().get(name)
    if tool is None:
        hint = suggest(name, tools(), "tools")
        raise unreadable(file, f"'{name}' is no tool", hint=hint)
    if not tool.recognises(document):
        hint = f"such a file has {tool.files}"
        raise unreadable(file, f"this is no file of {tool.title}", hint=hint)
    return tool


def _by_table(entries: Iterator[Entry]) -> dict[str, list[Entry]]:
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.table, []).append(entry)
    return grouped


class _Collected:
    """Collect the checks of the tables of a file, and what is to be said of them."""

    def __init__(self) -> None:
        self.tables: list[ImportedTable] = []
        self.differences: list[Remark] = []
        self.lost: list[Remark] = []

    def add(self, table: str, entries: Sequence[Entry]) -> None:
        pairs: list[tuple[Entry, Draft]] = []
        for entry in entries:
            pairs += [(entry, one) for one in self._drafts(entry)]

        sure = sure_columns([one for _, one in pairs])
        ids = CheckIds()
        checks: list[ImportedCheck] = []
        for entry, one in pairs:
            final = settled(one, sure)
            problem = mistake(final)
            if problem:
                self.lost.append(remark(entry, problem))
                continue
            checks.append(ImportedCheck(ids.named(final), final.differs))
            self.differences += [remark(entry, text) for text in final.differs]
        if checks:
            self.tables.append(ImportedTable(table, tuple(checks)))

    def _drafts(self, entry: Entry) -> list[Draft]:
        try:
            made = list(entry.make())
        except NoCounterpartError as error:
            self.lost.append(remark(entry, str(error)))
            return []
        parts = [one for one in made if isinstance(one, Lost)]
        self.lost += [remark(entry, part.reason) for part in parts]
        return [one for one in made if isinstance(one, Draft)]

"""Hold what an import made of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.check_imports.drafts import Entry


@dataclass(frozen=True)
class Remark:
    """What is to be known of a check of the file, with its place."""

    file: str
    line: int
    key: str
    what: str
    reason: str

    @property
    def where(self) -> str:
        """Return ``file:line key.path``."""
        return f"{self.file}:{self.line} {self.key}"


@dataclass(frozen=True)
class ImportedCheck:
    """A check of Lakesmith, with what is different from the one in the file."""

    check: dict[str, Any]
    differs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportedTable:
    """The checks of one table of the file."""

    table: str
    checks: tuple[ImportedCheck, ...]


@dataclass(frozen=True)
class Imported:
    """What an import made of a file, and what it did not."""

    file: str
    tool: str
    title: str
    tables: tuple[ImportedTable, ...]
    differences: tuple[Remark, ...]
    not_imported: tuple[Remark, ...]


def remark(entry: Entry, reason: str) -> Remark:
    """Return a remark at the place of an entry."""
    origin = entry.node.origin
    return Remark(
        origin.file,
        origin.line,
        entry.key,
        entry.what,
        reason,
    )


def in_order(remarks: list[Remark]) -> tuple[Remark, ...]:
    """Return remarks in the order of their lines."""
    return tuple(sorted(remarks, key=lambda remark: remark.line))

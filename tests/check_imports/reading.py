"""Import checks from text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lakesmith.check_imports.import_file import import_checks
from lakesmith.check_imports.imported import Imported


def imported(directory: Path, text: str, name: str = "checks.yml", tool: str | None = None) -> Imported:
    """Import the checks of a file with this text."""
    file = directory / name
    file.write_text(text, encoding="utf-8")
    return import_checks(file, tool)


def checks(found: Imported) -> list[dict[str, Any]]:
    """Return the checks of the only table without their ids."""
    (table,) = found.tables
    return [{key: value for key, value in one.check.items() if key != "id"} for one in table.checks]


def reasons(found: Imported) -> list[str]:
    """Return why checks were not imported."""
    return [one.reason for one in found.not_imported]


def differences(found: Imported) -> list[str]:
    """Return what is different."""
    return [one.reason for one in found.differences]

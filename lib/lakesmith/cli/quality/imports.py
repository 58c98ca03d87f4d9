"""Define the verb ``import-checks``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lakesmith.cli.answer import Format, answering
from lakesmith.cli.options import CONF, LOCAL, TEXT, Conf, Env, Form, Sets

if TYPE_CHECKING:
    from lakesmith.check_imports.imported import Imported, Remark


def import_checks(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file of checks of another tool.")
    ],
    *,
    tool: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TOOL",
            show_default=False,
            help="great_expectations, soda, dbt or dqx; by default the file tells.",
        ),
    ] = None,
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Print the checks of another tool's file as YAML of `checks`, to review."""
    from lakesmith.check_imports.import_file import import_checks
    from lakesmith.check_imports.output.yaml_text import yaml_documents

    with answering(form) as answer:
        imported = import_checks(file, tool)
        if form is Format.text:
            print(remarks_text(imported), file=sys.stderr, end="")
            answer(yaml_documents(imported), str)
        else:
            answer(import_data(imported, yaml_documents(imported)), str)


def import_data(imported: Imported, yaml: str) -> dict[str, Any]:
    """Return an import as data, with the YAML of all tables."""
    return {
        "file": imported.file,
        "tool": imported.tool,
        "tables": [
            {"table": one.table, "checks": [check.check for check in one.checks]}
            for one in imported.tables
        ],
        "yaml": yaml,
        "differences": imported.differences,
        "not_imported": imported.not_imported,
    }


def remarks_text(imported: Imported) -> str:
    """Return what was not imported and what is different, nothing when all is the same.

    Examples
    --------
    >>> from lakesmith.check_imports.imported import Imported, Remark
    >>> one = Remark("a.yml", 3, "0", "is_odd (n)", "no check of Lakesmith says the same")
    >>> print(remarks_text(Imported("a.yml", "dqx", "DQX", (), (), (one,))), end="")
    1 not imported:
      a.yml:3 0 is_odd (n): no check of Lakesmith says the same
    """
    lost = _listed("not imported", imported.not_imported)
    return lost + _listed("imported with a difference", imported.differences)


def _listed(title: str, remarks: Sequence[Remark]) -> str:
    if not remarks:
        return ""
    lines = [f"  {one.where} {one.what}: {one.reason}" for one in remarks]
    return "\n".join([f"{len(remarks)} {title}:", *lines, ""])

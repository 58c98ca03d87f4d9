"""Define the verbs ``contract export`` and ``contract import``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from lakesmith.cli.answer import answering
from lakesmith.cli.options import CONF, LOCAL, TEXT, Conf, Env, Form, Sets, Table
from lakesmith.errors import InputError

contract = typer.Typer(
    name="contract",
    help="Exchange contracts as documents of the Open Data Contract Standard (ODCS).",
    no_args_is_help=True,
)


@contract.command("export")
def export_contract(
    table: Table,
    *,
    sets: Sets,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Write it there.", show_default=False
        ),
    ] = None,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Print the contract of a table as an ODCS document."""
    from lakesmith.contracts.odcs.document import document, export_notes
    from lakesmith.contracts.yaml_text import yaml_text
    from lakesmith.spec.load import load_project

    with answering(form) as answer:
        project = load_project(conf, env, sets).project
        _require_known(table, project.table_names())
        spec = project.table(table)
        made = document(project.name, table, spec)
        notes = [*export_notes(spec)]
        _say(notes)
        if out is None:
            answer({"document": made, "notes": notes}, _document_text)
        else:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(yaml_text(made), encoding="utf-8")
            answer({"written": str(out), "notes": notes}, _written_text)


@contract.command("import")
def import_contract(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An ODCS document.")],
    *,
    table: Annotated[
        str,
        typer.Option(
            "--table",
            metavar="NAME",
            help="Table of a document that has several.",
            show_default=False,
        ),
    ] = "",
    form: Form = TEXT,
) -> None:
    """Print the skeleton of a table spec from an ODCS document."""
    from lakesmith.contracts.odcs.read_document import read_document
    from lakesmith.contracts.odcs.skeleton import skeleton

    with answering(form) as answer:
        made = skeleton(read_document(file), table)
        _say(made.notes)
        answer({"spec": made.spec, "notes": list(made.notes)}, _spec_text)


def _require_known(table: str, names: Sequence[str]) -> None:
    if table not in names:
        hint = f"one of {', '.join(sorted(names))}"
        raise InputError(f"no table {table!r}", code="LS209", hint=hint)


def _say(notes: Iterable[str]) -> None:
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _document_text(answer: dict[str, Any]) -> str:
    return _yaml(answer["document"])


def _spec_text(answer: dict[str, Any]) -> str:
    return _yaml(answer["spec"])


def _written_text(answer: dict[str, Any]) -> str:
    return f"written: {answer['written']}"


def _yaml(data: dict[str, Any]) -> str:
    from lakesmith.contracts.yaml_text import yaml_text

    return yaml_text(data).rstrip("\n")

"""Define the command ``doctor``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from lakesmith.cli.answer import Format, answering
from lakesmith.cli.json_output import FAILED
from lakesmith.cli.options import CONF, LOCAL, TEXT, Conf, Env, Form, Sets, open_lake
from lakesmith.cli.runtime import runtime_text

Fix = Annotated[
    bool,
    typer.Option(
        "--fix", help="Do what is safe. Files are moved away, none is deleted."
    ),
]
Runtime = Annotated[
    bool,
    typer.Option(
        "--runtime", help="Start Spark and say what its session is and can do."
    ),
]


def doctor(
    *,
    sets: Sets,
    fix: Fix = False,
    runtime: Runtime = False,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Check logs, checkpoints, files, ledger and publication of the warehouse without Spark."""
    if runtime:
        return _runtime(conf, env, sets, form)
    with answering(form) as answer:
        report = open_lake(conf, env, sets).doctor(fix)
        answer(report.to_dict(), report_text)
    if not report.is_sound:
        raise typer.Exit(FAILED)


def _runtime(conf: Path, env: str, sets: Sequence[str], form: Format) -> None:
    from lakesmith.session.capabilities import probe

    with answering(form) as answer:
        found = probe(open_lake(conf, env, sets).spark)
        answer(found.to_dict(), runtime_text)
    if found.problems:
        raise typer.Exit(FAILED)


def report_text(report: Mapping[str, Any]) -> str:
    """Return what was fixed, what was found with what to do next, and how many of each."""
    fixed = [f"fixed {_found(one)}" for one in report["fixed"]]
    moved = (
        [f"moved away to {report['set_aside']}; delete it when all is well"]
        if report["set_aside"]
        else []
    )
    return "\n".join(
        [*fixed, *moved, *map(_whole, report["findings"]), _summary(report)]
    )


def _whole(one: Mapping[str, Any]) -> str:
    next_step = f"--fix would {one['next']}" if one["fixable"] else one["next"]
    return f"{_found(one)}\n  where: {one['where']}\n  next:  {next_step}"


def _found(one: Mapping[str, Any]) -> str:
    return f"{one['severity']} {one['code']} {one['table']}: {one['what']}"


def _summary(report: Mapping[str, Any]) -> str:
    found: Sequence[str] = [
        f"{count} {name}(s)" for name, count in report["counts"].items() if count
    ]
    state = "the warehouse is sound" if report["sound"] else "the warehouse is damaged"
    return f"{state}: {report['tables']} table(s) looked at, {', '.join(found) or 'nothing found'}"

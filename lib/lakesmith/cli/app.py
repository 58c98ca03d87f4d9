"""Define the command ``lakesmith``, one small function a command.

Spark is imported inside the verbs that need it, so that help and offline verbs answer at once.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from lakesmith.cli import repair, text
from lakesmith.cli.answer import answering
from lakesmith.cli.contracts.verbs import contract
from lakesmith.cli.deploy import deploy_spec
from lakesmith.cli.doctor import doctor
from lakesmith.cli.options import (
    CONF,
    FILES,
    HELP,
    LOCAL,
    TEXT,
    AnyTable,
    BeginsWith,
    Conf,
    Env,
    Form,
    Limit,
    Select,
    Sets,
    Table,
    each_name,
    open_lake,
)
from lakesmith.cli.progress import following, warn_if_degraded
from lakesmith.cli.quality.check import check
from lakesmith.cli.quality.facts import facts
from lakesmith.cli.quality.group import quality
from lakesmith.cli.quality.imports import import_checks
from lakesmith.cli.quality.objectives import slo
from lakesmith.cli.quality.suggest import suggest, try_source
from lakesmith.cli.quality.verbs import quarantine
from lakesmith.errors import InputError

UNWRAPPED = 200
_WIDTH = {} if sys.stdout.isatty() else {"terminal_width": UNWRAPPED}

app = typer.Typer(
    name="lakesmith",
    help="Raw feeds to trusted tables on Spark and Delta Lake, from one YAML spec a table.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": list(HELP), **_WIDTH},
)


def main() -> None:
    """Run the command line."""
    # pyspark hands instants out in the zone of the process; every time that a verb shows is UTC.
    os.environ["TZ"] = "UTC"
    time.tzset()
    # A step `module:function` of a user's project is stored beside its conf/.
    sys.path.append(os.getcwd())
    app()


@app.command()
def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to write it.")
    ],
    *,
    sets: Sets,
    source: BeginsWith = FILES,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Write a small project for a user's own data."""
    from lakesmith.scaffold import init_project

    with answering(form) as answer:
        written = [str(path) for path in init_project(directory, source.value)]
        answer({"directory": str(directory), "written": written}, text.init_text)


@app.command()
def validate(
    *,
    sets: Sets,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="REF",
            help="Refuse what breaks consumers since a git revision or directory.",
            show_default=False,
        ),
    ] = None,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Check every spec offline and list all errors with file, line and key path."""
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        warnings = lake.validate(against)
        counts = {
            "sources": len(lake.project.sources),
            "tables": len(lake.project.table_names()),
        }
        answer({"ok": True, **counts, "warnings": warnings}, text.validate_text)


@app.command()
def plan(
    *,
    select: Select,
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Show what a run would do, with order, new input, strategy, expected reads and extra scans."""
    with answering(form) as answer:
        answer(open_lake(conf, env, sets).plan(each_name(select)), text.plan_text)


@app.command()
def run(
    *,
    select: Select,
    accept: Annotated[
        list[str],
        typer.Option(
            "--accept",
            metavar="T",
            default_factory=list,
            show_default=False,
            help="Publish a refused table.",
        ),
    ],
    sets: Sets,
    run_date: Annotated[
        str | None,
        typer.Option(metavar="D", help="The recorded now, UTC.", show_default=False),
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="Rebuild the selected tables, else those whose spec changed.",
        ),
    ] = False,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Build what is new, table by table, and publish it together."""
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        with following() as on_event:
            result = lake.run(
                each_name(select),
                run_date=run_date,
                accept=each_name(accept),
                on_event=on_event,
                rebuild=rebuild,
            )
        warn_if_degraded(result)
        answer(result, text.result_text)


app.command()(repair.backfill)
app.command()(repair.replay)
app.command()(repair.rollback)
app.command()(repair.maintain)


@app.command()
def status(
    *,
    sets: Sets,
    limit: Limit = 10,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Show the last runs."""
    with answering(form) as answer:
        answer(open_lake(conf, env, sets).status(limit), text.status_text)


@app.command()
def history(
    table: AnyTable = None,
    *,
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Show the commits of a table, newest first."""
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        names = [table] if table else lake.project.table_names()
        answer(
            {name: _commits(lake, name, optional=not table) for name in names},
            text.history_text,
        )


def _commits(lake: Any, name: str, *, optional: bool) -> list[dict[str, Any]]:
    try:
        return list(lake.history(name))
    except InputError as error:
        if optional and error.code == "LS207":  # not written yet
            return []
        raise


@app.command()
def show(
    table: Table,
    *,
    sets: Sets,
    limit: Limit = 20,
    version: Annotated[
        str, typer.Option(metavar="V", help="published, latest, or a version.")
    ] = "published",
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Show rows of a table as published."""
    from lakesmith.cli.rows import first_rows

    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        number = _version(version)
        rows = lake.rows(table, number, limit)
        if rows is None:
            rows = first_rows(lake.table(table, number), limit)
        answer(rows, text.rows_text)


def _version(text: str) -> str | int:
    if text in ("published", "latest"):
        return text
    if text.isdecimal():
        return int(text)
    raise typer.BadParameter(
        f"{text!r} is not published, latest or a number", param_hint="--version"
    )


app.add_typer(contract)
app.add_typer(quality)
app.command()(quarantine)
app.command()(check)
app.command()(facts)
app.command()(suggest)
app.command()(try_source)
app.command()(slo)
app.command()(import_checks)
app.command()(doctor)
app.command()(deploy_spec)


@app.command()
def explain(
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE", help="Such as LS104, as an error message begins."
        ),
    ],
    *,
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Explain what an error code means and what to do."""
    from lakesmith import codes

    with answering(form) as answer:
        answer(codes.explain(code), text.explain_text)

"""Define the commands of repair and maintenance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lakesmith.cli import text
from lakesmith.cli.answer import answering
from lakesmith.cli.options import (
    CONF,
    LOCAL,
    TEXT,
    Conf,
    Env,
    Form,
    Select,
    Sets,
    Table,
    each_name,
    open_lake,
)
from lakesmith.cli.progress import following


def backfill(
    *,
    select: Select,
    start: Annotated[
        str, typer.Option("--from", metavar="D", help="First event date.")
    ],
    end: Annotated[
        str, typer.Option("--to", metavar="D", help="Event date after the last one.")
    ],
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Recompute the rows of some event dates from what is published upstream."""
    if not select:
        raise typer.BadParameter("name at least one table", param_hint="--select")
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        with following() as on_event:
            result = lake.backfill(each_name(select), start, end, on_event)
        answer(result, text.result_text)


def replay(
    table: Table,
    *,
    where: Annotated[
        str,
        typer.Option(
            "--where",
            metavar="SQL",
            help="Only rows for which the condition holds.",
            show_default=False,
        ),
    ] = "",
    patch: Annotated[
        Path | None,
        typer.Option(
            "--patch",
            metavar="FILE",
            help="Corrected fields of rows, CSV, JSON or YAML.",
            show_default=False,
        ),
    ] = None,
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Send the quarantined rows of a table through it again."""
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        with following() as on_event:
            result = lake.replay(table, where, patch, on_event)
        answer(result, text.result_text)


def rollback(
    *,
    run: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="R",
            help="A run, as `lakesmith status` names it.",
            show_default=False,
        ),
    ] = None,
    refused: Annotated[
        list[str],
        typer.Option(
            "--refused",
            metavar="T",
            default_factory=list,
            show_default=False,
            help="A refused table: give up its batch, which is not published.",
        ),
    ],
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Return the tables of a run to where they stood before it, to read its inputs again."""
    if (run is None) == (not refused):
        raise typer.BadParameter(
            "name a run or refused tables", param_hint="--run, --refused"
        )
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        with following() as on_event:
            result = lake.rollback(run or "", on_event, each_name(refused))
        answer(result, text.rollback_text)


def maintain(
    *,
    select: Select,
    dry_run: Annotated[
        bool | None,
        typer.Option(
            "--dry-run/--no-dry-run",
            help="Only say what would be done; the default in prod.",
        ),
    ] = None,
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Compact, purge and vacuum tables where their metrics call for it."""
    with answering(form) as answer:
        answer(
            open_lake(conf, env, sets).maintain(each_name(select), dry_run),
            text.maintain_text,
        )

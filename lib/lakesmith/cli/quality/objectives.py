"""Define the verb ``slo``, which shows the error budgets of contracts."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from lakesmith.cli.answer import answering
from lakesmith.cli.json_output import REFUSED
from lakesmith.cli.options import (
    CONF,
    LOCAL,
    TEXT,
    AnyTable,
    Conf,
    Env,
    Form,
    Sets,
    open_lake,
)
from lakesmith.cli.table import aligned
from lakesmith.observe.objectives.budget import BREACHED

_COLUMNS = (
    "table",
    "objective",
    "column",
    "target",
    "window",
    "state",
    "bad %",
    "budget left %",
    "burn rate",
)


def slo(
    table: AnyTable = None,
    *,
    sets: Sets,
    run_date: Annotated[
        str | None,
        typer.Option(metavar="D", help="End of the windows, UTC.", show_default=False),
    ] = None,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Show the objectives of contracts with their error budgets; exit code 3 on a breach."""
    with answering(form) as answer:
        report = open_lake(conf, env, sets).slo(table, run_date)
        answer(report, slo_text)
        breached = [_name(row) for row in report if row["state"] == BREACHED]
        if breached:
            # The answer stays one document, so this is no error of `answering`.
            print(f"breached: {', '.join(breached)}", file=sys.stderr)
            raise typer.Exit(REFUSED)


def slo_text(report: Sequence[Mapping[str, Any]]) -> str:
    """Return a row an objective, then why some are not measured."""
    if not report:
        return "no objectives; a contract sets them by freshness and slo"
    notes = [
        f"not measured: {_name(row)}: {row['note']}" for row in report if row["note"]
    ]
    return "\n".join([aligned([_shown(row) for row in report], _COLUMNS), *notes])


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {
        "bad %": row["bad_share"],
        "budget left %": row["budget_left"],
        "burn rate": row["burn_rate"],
    }
    return {name: row[name] for name in _COLUMNS if name in row} | renamed


def _name(row: Mapping[str, Any]) -> str:
    words = [row["table"], row["objective"], row["column"]]
    return " ".join(word for word in words if word)

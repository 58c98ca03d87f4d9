"""Define the verb ``check``, which audits a table as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lakesmith.cli.answer import answering
from lakesmith.cli.options import CONF, LOCAL, TEXT, Conf, Env, Form, Sets, open_lake
from lakesmith.cli.quality.texts import audit_text
from lakesmith.errors import GateRefused

_PASSED = ("pass", "warn")


def check(
    table: Annotated[
        str,
        typer.Argument(
            metavar="T", help="A table, such as gold.daily_sales, or a Delta directory."
        ),
    ],
    *,
    sets: Sets,
    checks: Annotated[
        Path | None,
        typer.Option(
            "--checks",
            metavar="FILE",
            help="YAML with a list under the key checks; those of the spec when left out.",
            show_default=False,
        ),
    ] = None,
    scan: Annotated[
        bool,
        typer.Option("--scan", help="Read the rows for every check, not the log."),
    ] = False,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Check the rows that a table has now, whoever built it."""
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        results = lake.check(table, checks, scan=scan)
        found = [{"table": table, **one.as_data()} for one in results]
        answer(found, audit_text)
        _require_passed(found)


def _require_passed(found: list[dict[str, Any]]) -> None:
    # No row is set apart here, so each check that rows fail has failed.
    failed = [one["check"] for one in found if one["status"] not in _PASSED]
    if failed:
        what = f"{len(failed)} check(s) failed"
        raise GateRefused(what, where=", ".join(failed), hint="nothing was changed")

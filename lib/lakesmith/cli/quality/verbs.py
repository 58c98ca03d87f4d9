"""Define the verbs ``quality`` and ``quarantine``."""

from __future__ import annotations

from typing import Annotated

import typer

from lakesmith.cli.answer import answering
from lakesmith.cli.options import (
    CONF,
    LOCAL,
    TEXT,
    AnyTable,
    Conf,
    Env,
    Form,
    Limit,
    Sets,
    Table,
    open_lake,
)
from lakesmith.cli.quality import texts
from lakesmith.cli.text import rows_text


def quality(
    table: AnyTable = None,
    *,
    sets: Sets,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what each check costs instead.")
    ] = False,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Show the verdicts of the last run."""
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        if explain:
            answer(lake.explain_quality(table), texts.costs_text)
        else:
            answer(lake.quality(table), texts.quality_text)


def quarantine(
    table: Table,
    *,
    sets: Sets,
    limit: Limit = 20,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="Count the rows by reason instead.")
    ] = False,
    replayed: Annotated[
        bool, typer.Option("--all", help="Show rows that were replayed, too.")
    ] = False,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Show bad rows with their reasons, those that were replayed left out."""
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        if reasons:
            answer(lake.quarantine_reasons(table), rows_text)
            return
        rows = lake.quarantined_rows(table, limit, replayed=replayed)
        if rows is None:
            stored = lake.quarantine(table)
            shown = stored if replayed else stored.filter("_state <> 'replayed'")
            found = shown.limit(limit).collect()
            rows = [row.asDict(recursive=True) for row in found]
        answer(rows, texts.quarantine_text)

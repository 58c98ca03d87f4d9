"""Define the verb ``quality freeze``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from lakesmith.cli.answer import answering
from lakesmith.cli.options import (
    CONF,
    LOCAL,
    TEXT,
    Conf,
    Env,
    Form,
    Sets,
    Table,
    each_name,
    open_lake,
)
from lakesmith.cli.table import aligned

_SHOWN = ("mean", "stddev", "median", "mode")


def freeze(
    table: Table,
    *,
    columns: Annotated[
        list[str],
        typer.Option(
            "--columns",
            metavar="C",
            default_factory=list,
            show_default=False,
            help="Only these columns; repeatable, or a,b.",
        ),
    ],
    sets: Sets,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Freeze the statistics of a published table for the steps that treat bad values."""
    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        made = lake.freeze(table, each_name(columns))
        answer(asdict(made), freeze_text)


def freeze_text(made: Mapping[str, Any]) -> str:
    """Return what was frozen.

    Examples
    --------
    >>> mean = {"column": "units", "statistic": "mean", "type": "int", "value": "3"}
    >>> print(freeze_text({"table": "silver.orders", "version": 1, "table_version": 5, "rows": 7,
    ...     "groups": 0, "statistics": [{**mean, "params": None}]}))
    version 1 of the frozen statistics of silver.orders: 7 rows of version 5
    column  mean  stddev  median  mode
    units   3
    """
    found: dict[str, dict[str, str]] = {}
    for one in made["statistics"]:
        row = found.setdefault(one["column"], {"column": one["column"]})
        row |= {one["statistic"]: one["value"]}
    head = (
        f"version {made['version']} of the frozen statistics of {made['table']}:"
        f" {made['rows']} rows of version {made['table_version']}"
    )
    groups = f", {made['groups']} values of groups" if made["groups"] else ""
    rows = [
        {name: row.get(name, "") for name in ("column", *_SHOWN)}
        for row in found.values()
    ]
    return f"{head}{groups}\n{aligned(rows, ('column', *_SHOWN))}"

"""Define the verbs ``suggest`` and ``try-source``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
    Limit,
    Sets,
    open_lake,
)

if TYPE_CHECKING:
    from lakesmith.suggest.suggested import Suggested


def suggest(
    table: Annotated[
        str,
        typer.Argument(
            metavar="T",
            help="A table, such as bronze.orders, sources.orders, or a Delta directory.",
        ),
    ],
    *,
    sets: Sets,
    sample: Annotated[
        int,
        typer.Option("--sample", min=1, metavar="N", help="How many rows to look at."),
    ] = 10_000,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Print a contract and checks that a sample of rows suggests, as YAML to review."""
    with answering(form) as answer:
        found = open_lake(conf, env, sets).suggest(table, sample)
        answer(suggest_data(found), _yaml)


def suggest_data(found: Suggested) -> dict[str, Any]:
    """Return suggestions as data, with their YAML.

    Examples
    --------
    >>> from lakesmith.suggest.sample import Sample
    >>> from lakesmith.suggest.suggested import suggested
    >>> found = suggest_data(suggested(Sample("silver.a", {"id": "int"}, [{"id": 1}], 1)))
    >>> found["rows_seen"], found["columns"], found["checks"]
    (1, {'id': {'type': 'int'}}, [])
    """
    from lakesmith.suggest.yaml_output import column_spec

    return {
        "subject": found.subject,
        "rows_seen": found.rows,
        "rows": found.total,
        "unparsed": found.unparsed,
        "columns": {one.name: column_spec(one) for one in found.columns},
        "checks": [
            {"check": one.check, "support": one.support, "is_firm": one.is_firm}
            for one in found.suggestions
        ],
        "yaml": found.as_yaml(),
    }


def _yaml(data: dict[str, Any]) -> str:
    return str(data["yaml"])


def try_source(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A source, such as orders.")
    ],
    *,
    sets: Sets,
    limit: Limit = 20,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Show the first rows that a table would land of a source, and write nothing."""
    from lakesmith.cli.rows import first_rows
    from lakesmith.suggest.read_source import require_source, source_rows

    with answering(form) as answer:
        lake = open_lake(conf, env, sets)
        source = name.removeprefix("sources.")
        require_source(lake.project, source)
        rows = source_rows(lake.spark, lake.project, source)
        answer(first_rows(rows, limit), text.rows_text)

"""Parse the arguments of a job, open its project and report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lakesmith.cli.options import open_lake
from lakesmith.cli.progress import warn_if_degraded
from lakesmith.cli.text import result_text
from lakesmith.observe.events import BatchFinished, BatchStarted, RunEvent

if TYPE_CHECKING:
    from lakesmith.lake import Lake
    from lakesmith.spec.model import Layer


def arguments(about: str | None, argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the arguments of a job.

    A scheduler passes its parameters as ``--name=value``, with underscores, and empty when unset.
    Both spellings are known, and an empty value counts as not given.

    Examples
    --------
    >>> given = ["--env", "dev", "--set", "parallel=4", "--catalog=main", "--run_date="]
    >>> asked = arguments("Land new rows.", given)
    >>> str(asked.conf), asked.env, asked.sets, asked.run_date
    ('conf', 'dev', ['parallel=4', 'catalog=main'], None)
    """
    asked = _parser(about).parse_args(argv)
    placed = {"catalog": asked.catalog, "schema_prefix": asked.schema_prefix}
    asked.sets = [
        *asked.sets,
        *(f"{key}={value}" for key, value in placed.items() if value),
    ]
    asked.run_date = asked.run_date or None
    return asked


def _parser(about: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=about, allow_abbrev=False)
    parser.add_argument(
        "--conf",
        type=Path,
        default=Path("conf"),
        metavar="DIR",
        help="specs (default: conf)",
    )
    parser.add_argument(
        "--env",
        default="local",
        metavar="NAME",
        help="overlay: DIR/NAME.yml (default: local)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="sets",
        metavar="KEY=VALUE",
        help="repeatable",
    )
    parser.add_argument(
        "--catalog",
        metavar="NAME",
        help="the catalog of the tables (default: as the specs say)",
    )
    parser.add_argument(
        "--schema-prefix",
        "--schema_prefix",
        metavar="P",
        help="put before the name of each schema",
    )
    parser.add_argument(
        "--run-date",
        "--run_date",
        metavar="D",
        help="the recorded now, UTC (default: the clock)",
    )
    return parser


def lake_of(asked: argparse.Namespace) -> Lake:
    """Open the project that the arguments name."""
    # A step `module:function` of a user's project is stored beside its conf/.
    sys.path.append(str(asked.conf.resolve().parent))
    return open_lake(asked.conf, asked.env, asked.sets)


def run_layer(about: str | None, argv: Sequence[str] | None, layer: Layer) -> None:
    """Run every table of one layer, or nothing where the project lacks that layer."""
    asked = arguments(about, argv)
    lake = lake_of(asked)
    names = [f"{layer}.{name}" for name in lake.project.tables.get(layer, {})]
    if names:
        run_tables(lake, names, asked.run_date)


def run_tables(lake: Lake, select: Sequence[str], run_date: str | None) -> None:
    """Run tables, all when `select` is empty, and print what was done."""
    result = lake.run(select, run_date=run_date, on_event=_log)
    warn_if_degraded(result)
    print(result_text(result))


def _log(event: RunEvent) -> None:
    words = [event.run_id, event.kind]
    if isinstance(event, BatchStarted | BatchFinished):
        words.append(event.table)
    if isinstance(event, BatchFinished):
        words.append(event.result.state)
    print(" ".join(words), file=sys.stderr)

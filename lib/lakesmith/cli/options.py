"""Define the options that every verb has, and open the project that they name."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lakesmith.cli.answer import Format
from lakesmith.errors import EnvironmentProblem

if TYPE_CHECKING:
    from lakesmith.lake import Lake

CONF = Path("conf")
LOCAL = "local"
HELP = ("-h", "--help")
TEXT = Format.text

Conf = Annotated[
    Path, typer.Option("--conf", metavar="DIR", help="Directory of the specs.")
]
Env = Annotated[
    str, typer.Option("--env", metavar="NAME", help="Overlay to apply: DIR/NAME.yml.")
]
Sets = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        default_factory=list,
        show_default=False,
        help="Set key.path=value; repeatable.",
    ),
]
Form = Annotated[
    Format, typer.Option("--format", help="How to answer; json stands alone on stdout.")
]
Limit = Annotated[
    int, typer.Option("--limit", min=1, metavar="N", help="How many at most.")
]
Select = Annotated[
    list[str],
    typer.Option(
        "--select",
        metavar="T",
        default_factory=list,
        show_default=False,
        help="Only this table; repeatable, or a,b.",
    ),
]


class SourceType(str, Enum):
    """The types of sources that a project may begin with."""

    files = "files"
    jdbc = "jdbc"
    http = "http"
    kafka = "kafka"


FILES = SourceType.files
BeginsWith = Annotated[
    SourceType, typer.Option("--source", help="Type of the source of the project.")
]
Table = Annotated[
    str, typer.Argument(metavar="T", help="A table, such as gold.daily_sales.")
]
AnyTable = Annotated[
    str | None,
    typer.Argument(
        metavar="[T]", help="A table; all when left out.", show_default=False
    ),
]


def open_lake(conf: Path, env: str, sets: Sequence[str]) -> Lake:
    """Open a project with the settings of the command line, without starting Spark."""
    try:
        from lakesmith import lake
    except ModuleNotFoundError as error:
        if error.name not in ("pyspark", "delta"):
            raise
        hint = (
            "install Lakesmith with its Spark: pip install 'lakesmith[spark]'; "
            "a Spark cluster has its own"
        )
        raise EnvironmentProblem(
            f"the Python package '{error.name}' is missing", code="LS830", hint=hint
        ) from error
    return lake.open_lake(conf, env, sets)


def each_name(names: Sequence[str]) -> list[str]:
    """Split names that were given with commas.

    Examples
    --------
    >>> each_name(["silver.orders", "gold.a,gold.b"])
    ['silver.orders', 'gold.a', 'gold.b']
    """
    return [
        name.strip() for group in names for name in group.split(",") if name.strip()
    ]

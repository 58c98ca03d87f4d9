"""Group the verbs of ``quality``, which shows verdicts where no verb is named."""

from __future__ import annotations

import typer
from typer.core import TyperGroup

from lakesmith.cli.options import HELP
from lakesmith.cli.quality.freeze import freeze
from lakesmith.cli.quality.verbs import quality as show

DEFAULT = "show"


class ShowingGroup(TyperGroup):
    """Take ``show`` where the first argument is no verb, such as a table."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the verb before the arguments where none is named."""
        words = [word for word in args if not word.startswith("-")]
        is_named = bool(words) and words[0] in self.commands
        asks_help = len(args) == 1 and args[0] in HELP
        return super().parse_args(
            ctx, args if is_named or asks_help else [DEFAULT, *args]
        )


quality = typer.Typer(
    name="quality",
    help="Show the verdicts of the last run, or freeze statistics that steps compute with.",
    cls=ShowingGroup,
)
quality.command(DEFAULT)(show)
quality.command("freeze")(freeze)

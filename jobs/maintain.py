"""Compact, purge and vacuum tables as the figures of their logs call for it."""

from __future__ import annotations

from collections.abc import Sequence

from lakesmith.cli.job_args import arguments, lake_of
from lakesmith.cli.text import maintain_text


def main(argv: Sequence[str] | None = None) -> None:
    """Maintain every table of the project; ``--set maintenance.dry_run=false`` does it in prod."""
    print(maintain_text(lake_of(arguments(__doc__, argv)).maintain()))


if __name__ == "__main__":
    main()

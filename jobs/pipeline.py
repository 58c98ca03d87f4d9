"""Run all layers: what is new becomes bronze, silver and gold, and is published together."""

from __future__ import annotations

from collections.abc import Sequence

from lakesmith.cli.job_args import arguments, lake_of, run_tables


def main(argv: Sequence[str] | None = None) -> None:
    """Run every table of the project."""
    asked = arguments(__doc__, argv)
    run_tables(lake_of(asked), (), asked.run_date)


if __name__ == "__main__":
    main()

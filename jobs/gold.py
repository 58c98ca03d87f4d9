"""Aggregate silver tables for reports."""

from __future__ import annotations

from collections.abc import Sequence

from lakesmith.cli.job_args import run_layer


def main(argv: Sequence[str] | None = None) -> None:
    """Run every table of the layer gold."""
    run_layer(__doc__, argv, "gold")


if __name__ == "__main__":
    main()

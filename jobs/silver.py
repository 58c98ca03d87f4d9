"""Turn landed rows into typed, checked, deduplicated tables."""

from __future__ import annotations

from collections.abc import Sequence

from lakesmith.cli.job_args import run_layer


def main(argv: Sequence[str] | None = None) -> None:
    """Run every table of the layer silver."""
    run_layer(__doc__, argv, "silver")


if __name__ == "__main__":
    main()

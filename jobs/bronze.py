"""Land what is new in the sources, as it arrived."""

from __future__ import annotations

from collections.abc import Sequence

from lakesmith.cli.job_args import run_layer


def main(argv: Sequence[str] | None = None) -> None:
    """Run every table of the layer bronze."""
    run_layer(__doc__, argv, "bronze")


if __name__ == "__main__":
    main()

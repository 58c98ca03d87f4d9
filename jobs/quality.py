"""Print the verdicts of the last run; raises GateRefused when one failed or could not be made."""

from __future__ import annotations

from collections.abc import Sequence

from lakesmith.cli.job_args import arguments, lake_of
from lakesmith.cli.quality.texts import quality_text
from lakesmith.errors import GateRefused
from lakesmith.quality.check_result import refuses


def main(argv: Sequence[str] | None = None) -> None:
    """Judge the last run by its verdicts."""
    verdicts = lake_of(arguments(__doc__, argv)).quality()
    print(quality_text(verdicts))
    failed = [
        f"{verdict['table']}: {verdict['check']}"
        for verdict in verdicts
        if refuses(verdict)
    ]
    if failed:
        hint = "mend the input and run again, or publish it by `lakesmith run --accept TABLE`"
        raise GateRefused(
            f"{len(failed)} check(s) failed", where="; ".join(failed), hint=hint
        )


if __name__ == "__main__":
    main()

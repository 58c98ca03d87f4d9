"""Write the two feeds of the sample, the same bytes for the same seed.

Run ``python -m retail.generate --out data --scale 1 --seed 7``.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from retail.fake_crm import crm_files
from retail.fake_orders import Line, Orders

FIRST_DAY = date(2011, 1, 29)  # five days from here lie in two months


def generate(
    out: Path, *, scale: int = 1, seed: int = 7, days: int = 5
) -> dict[str, int]:
    """Write ``out/retail_orders/<day>.csv`` and ``out/crm_changes/<day>.jsonl``.

    Parameters
    ----------
    out : Path
        Directory, made if missing; files of the same name are replaced.
    scale : int
        Times the invoices a day and the customers; 1 gives about 120 lines a day and 60 customers.
    seed : int
    days : int
        Files of each feed.

    Returns
    -------
    dict of str to int
        ``order_files``, ``order_rows``, ``crm_files`` and ``crm_rows``.

    Raises
    ------
    ValueError
        When `scale` or `days` is below 1.

    Examples
    --------
    >>> import tempfile
    >>> written = generate(Path(tempfile.mkdtemp()), days=2)
    >>> written["order_files"], written["crm_files"]
    (2, 2)
    """
    if scale < 1 or days < 1:
        raise ValueError(f"scale and days are 1 or more, not {scale} and {days}")

    orders = Orders(Random(f"orders {seed}"), FIRST_DAY, scale)  # noqa: S311
    order_rows = [
        _write(out / "retail_orders" / f"{_day(n)}.csv", _csv(orders.file(n)))
        for n in range(days)
    ]

    changes = crm_files(Random(f"crm {seed}"), FIRST_DAY, days, scale)  # noqa: S311
    crm_rows = [
        _write(
            out / "crm_changes" / f"{_day(n)}.jsonl",
            "".join(f"{line}\n" for line in lines),
        )
        for n, lines in enumerate(changes)
    ]

    header_lines = days

    return {
        "order_files": days,
        "order_rows": sum(order_rows) - header_lines,
        "crm_files": days,
        "crm_rows": sum(crm_rows),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m retail.generate", description="Write the feeds of the sample."
    )
    parser.add_argument(
        "--out", type=Path, default=Path("data"), help="directory (default: data)"
    )
    parser.add_argument(
        "--scale",
        type=int,
        default=1,
        help="times the invoices a day and the customers (default: 1)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=7,
        help="the same seed writes the same bytes (default: 7)",
    )
    parser.add_argument(
        "--days", type=int, default=5, help="files of each feed (default: 5)"
    )
    asked = parser.parse_args(argv)
    written = generate(asked.out, scale=asked.scale, seed=asked.seed, days=asked.days)
    print(
        f"{asked.out}: "
        + ", ".join(
            f"{count} {name.replace('_', ' ')}" for name, count in written.items()
        )
    )


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([Line._fields, *rows])

    return text.getvalue()


def _write(file: Path, text: str) -> int:
    """Write text as UTF-8 with line feeds on every system, and return its number of lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8"))

    return text.count("\n")


if __name__ == "__main__":
    main()

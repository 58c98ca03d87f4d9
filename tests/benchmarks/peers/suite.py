"""The thirty checks of rows that each library makes, and the rows that they are made on.

Only the standard library is imported, since each library runs this in an environment of its own.
"""

from __future__ import annotations

from pathlib import Path

KEY = "id"
NUMBERS = [f"d{i}" for i in range(10)]
WHOLES = [f"i{i}" for i in range(10)]
TEXTS = [f"s{i}" for i in range(10)]
LOW, HIGH = -9, 9
PATTERN = "^v[0-9]+$"
FILES = 4
# One row in so many is wrong in the first column of its kind. Some rows are wrong in two.
WRONG = {"d0": 100, "i0": 200, "s0": 500}


def make_ground(directory: Path, rows: int) -> None:
    """Write Parquet with a key and thirty columns."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    directory.mkdir(parents=True)
    chance = np.random.default_rng(7)
    per_file = rows // FILES
    for number in range(FILES):
        first = number * per_file
        numbers = {name: chance.standard_normal(per_file) for name in NUMBERS}
        numbers["d0"][:: WRONG["d0"]] = 99.0
        is_null = np.zeros(per_file, dtype=bool)
        is_null[:: WRONG["i0"]] = True
        wholes = {name: chance.integers(0, 10**6, per_file) for name in WHOLES}
        texts = {name: np.char.add("v", chance.integers(0, 10**4, per_file).astype(str)) for name in TEXTS}
        texts["s0"][:: WRONG["s0"]] = "?"
        columns = {
            KEY: pa.array(range(first, first + per_file)),
            **{name: pa.array(values) for name, values in {**numbers, **wholes, **texts}.items()},
            "i0": pa.array(wholes["i0"], mask=is_null),
        }
        pq.write_table(pa.table(columns), directory / f"{number}.parquet")


def expected(rows: int) -> tuple[int, int]:
    """Return how many rows are wrong, and how many reasons they have together.

    >>> expected(4000)
    (40, 68)
    """
    per_file = rows // FILES
    wrong = [set(range(0, per_file, step)) for step in WRONG.values()]
    return FILES * len(set.union(*wrong)), FILES * sum(map(len, wrong))

"""Which tables may be written row by row downstream of one whose rows change."""

from __future__ import annotations

import pytest

from tests.spec.test_spec_rules import HEAD, SILVER, UPSERT, Load


def test_a_table_downstream_of_rows_that_change_has_their_keys(problems: Load) -> None:
    other = "from: silver.orders\nwrite: {strategy: upsert, keys: [b], sequence_by: [seq]}\n"
    (problem,) = problems({SILVER: HEAD + UPSERT, "tables/silver/s.yml": other})
    assert (problem.code, problem.key) == ("LS153", "tables.silver.s.write.keys")
    assert problems({SILVER: HEAD + UPSERT, "tables/silver/s.yml": f"{other}steps: [m:f]\n"}) == []


@pytest.mark.parametrize(
    ("theirs", "own", "found"),
    [
        ("string", "int", ["LS153"]),
        ("bigint", "int", ["LS153"]),
        ("int", "bigint", []),
        ("decimal(6,2)", "decimal(10,4)", []),
        ("decimal(6,2)", "decimal(6,1)", ["LS153"]),
    ],
)
def test_a_key_tells_the_rows_of_the_upstream_apart(problems: Load, theirs: str, own: str, found: list[str]) -> None:
    spec = "from: {}\ncolumns: {{b: {{type: '{}'}}, seq: {{type: int}}}}\n"
    write = "write: {strategy: upsert, keys: [b], sequence_by: [seq]}\n"
    upstream = spec.format("bronze.orders", theirs) + write
    table = spec.format("silver.orders", own) + write
    assert [one.code for one in problems({SILVER: upstream, "tables/silver/s.yml": table})] == found

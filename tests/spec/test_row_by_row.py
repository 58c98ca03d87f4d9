"""Which tables may be written row by row downstream of one whose rows change."""

from __future__ import annotations

from tests.spec.test_spec_rules import HEAD, SILVER, UPSERT, Load


def test_a_table_downstream_of_rows_that_change_has_their_keys(problems: Load) -> None:
    other = "from: silver.orders\nwrite: {strategy: upsert, keys: [b], sequence_by: [seq]}\n"
    (problem,) = problems({SILVER: HEAD + UPSERT, "tables/silver/s.yml": other})
    assert (problem.code, problem.key) == ("LS153", "tables.silver.s.write.keys")
    assert problems({SILVER: HEAD + UPSERT, "tables/silver/s.yml": f"{other}steps: [m:f]\n"}) == []

"""Register the tests of dbt and its packages by their names."""

from __future__ import annotations

from lakesmith.check_imports.translators import Translators

TESTS = Translators()
TESTS.refuse(
    "it compares with another model; 'sql' reads one table",
    "dbt_utils.equality",
    "dbt_utils.equal_rowcount",
    "dbt_utils.fewer_rows_than",
    "dbt_utils.cardinality_equality",
)
TESTS.refuse(
    "it compares each row with its neighbours; 'decreases' and 'time_gaps' do alike",
    "dbt_utils.sequential_values",
    "dbt_utils.mutually_exclusive_ranges",
)

"""Register the expectations by their names, and say why some have no counterpart."""

from __future__ import annotations

from lakesmith.check_imports.translators import Translators

EXPECTATIONS = Translators()
EXPECTATIONS.refuse(
    "the rows of a table have no order; 'decreases' takes the columns of one",
    "expect_column_values_to_be_increasing",
    "expect_column_values_to_be_decreasing",
)
EXPECTATIONS.refuse(
    "Python reads the text; 'parses_as' takes a type and a pattern of Spark",
    "expect_column_values_to_be_dateutil_parseable",
    "expect_column_values_to_match_strftime_format",
)
EXPECTATIONS.refuse(
    "it judges each row by the deviation; 'outlier_share' takes the share of such rows",
    "expect_column_value_z_scores_to_be_less_than",
)
EXPECTATIONS.refuse(
    "'schema' takes names of columns, not their number",
    "expect_table_column_count_to_be_between",
    "expect_table_column_count_to_equal",
)
EXPECTATIONS.refuse(
    "it compares with another table; 'sql' reads one",
    "expect_table_row_count_to_equal_other_table",
)

"""Register the check functions of DQX by their names."""

from __future__ import annotations

from lakesmith.check_imports.translators import Translators

FUNCTIONS = Translators()
FUNCTIONS.refuse(
    "it reads the clock for each row; 'freshness' checks the newest value",
    "is_data_fresh",
    "is_older_than_n_days",
    "is_not_in_near_future",
)
FUNCTIONS.refuse(
    "Spark's parsing is judged; 'parses_as' takes a type and uses the casts of a contract",
    "is_valid_date",
    "is_valid_timestamp",
)
FUNCTIONS.refuse(
    "it judges windows of time by their rows; 'time_gaps' judges the steps between rows",
    "is_data_fresh_per_time_window",
    "has_no_gaps_per_time_window",
)
FUNCTIONS.refuse(
    "it is decided by the median and the deviations from it; 'outlier_share' has 'mad'",
    "has_no_outliers",
)

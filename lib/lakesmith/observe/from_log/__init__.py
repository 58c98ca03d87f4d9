"""Answer checks from the statistics in a table's log, without reading a row.

A check is answered only where the log says exactly what a scan would.
"""

from lakesmith.observe.from_log import (
    extremes,
    freshness,
    measured,
    row_values,
    whole_table,
)
from lakesmith.observe.from_log.registry import LogScope, answer

__all__ = [
    "LogScope",
    "answer",
    "extremes",
    "freshness",
    "measured",
    "row_values",
    "whole_table",
]

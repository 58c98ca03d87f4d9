"""Write checks as quality rules of the standard, and read quality rules as checks.

Importing this package registers the counterparts.
"""

from lakesmith.contracts.odcs.quality import (
    invalid_values,
    null_values,
    queries,
    whole_table,
)

__all__ = ["invalid_values", "null_values", "queries", "whole_table"]

"""Make each check of columns. Importing this package registers all checks of Lakesmith."""

from lakesmith.quality.checks.batch import freshness, row_count, unique
from lakesmith.quality.checks.row import (
    between,
    cast_failed,
    expression,
    in_set,
    length,
    not_blank,
    not_null,
    regex,
)

__all__ = [
    "between", "cast_failed", "expression", "freshness", "in_set", "length", "not_blank",
    "not_null", "regex", "row_count", "unique",
]  # fmt: skip

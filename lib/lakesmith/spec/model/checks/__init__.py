"""Define the checks that a spec may name, with one model for each."""

from lakesmith.spec.model.checks.any_check import FINDING, AnyCheck, check_from
from lakesmith.spec.model.checks.base import (
    BatchCheck,
    Check,
    CheckedColumn,
    Cost,
    GateColumns,
    OnFail,
    OnNull,
    RowCheck,
)
from lakesmith.spec.model.checks.batch.freshness import Freshness
from lakesmith.spec.model.checks.batch.row_count import RowCount
from lakesmith.spec.model.checks.batch.unique import Unique
from lakesmith.spec.model.checks.registry import (
    check_model,
    check_models,
    check_name,
    declare,
)
from lakesmith.spec.model.checks.row.between import Between
from lakesmith.spec.model.checks.row.cast_failed import CastFailed
from lakesmith.spec.model.checks.row.expression import Expression
from lakesmith.spec.model.checks.row.in_set import InSet
from lakesmith.spec.model.checks.row.length import Length
from lakesmith.spec.model.checks.row.not_blank import NotBlank
from lakesmith.spec.model.checks.row.not_null import NotNull
from lakesmith.spec.model.checks.row.regex import Regex

__all__ = [
    "FINDING", "AnyCheck", "BatchCheck", "Between", "CastFailed", "Check", "CheckedColumn", "Cost",
    "Expression", "Freshness", "GateColumns", "InSet", "Length", "NotBlank", "NotNull",
    "OnFail", "OnNull", "Regex", "RowCheck", "RowCount", "Unique", "check_from",
    "check_model", "check_models", "check_name", "declare",
]  # fmt: skip

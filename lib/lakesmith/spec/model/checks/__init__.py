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
from lakesmith.spec.model.checks.batch.schema import Schema
from lakesmith.spec.model.checks.batch.unique import Unique
from lakesmith.spec.model.checks.metrics.correlation import Correlation
from lakesmith.spec.model.checks.metrics.distinct_count import DistinctCount
from lakesmith.spec.model.checks.metrics.maximum import Maximum
from lakesmith.spec.model.checks.metrics.mean import Mean
from lakesmith.spec.model.checks.metrics.median import Median
from lakesmith.spec.model.checks.metrics.minimum import Minimum
from lakesmith.spec.model.checks.metrics.null_count import NullCount
from lakesmith.spec.model.checks.metrics.null_share import NullShare
from lakesmith.spec.model.checks.metrics.outlier_share import OutlierShare
from lakesmith.spec.model.checks.metrics.quantile import Quantile
from lakesmith.spec.model.checks.metrics.stddev import Stddev
from lakesmith.spec.model.checks.metrics.sum import Sum
from lakesmith.spec.model.checks.registry import (
    check_model,
    check_models,
    check_name,
    declare,
)
from lakesmith.spec.model.checks.row.between import Between
from lakesmith.spec.model.checks.row.cast_failed import CastFailed
from lakesmith.spec.model.checks.row.compare import Compare
from lakesmith.spec.model.checks.row.expression import Expression
from lakesmith.spec.model.checks.row.in_set import InSet
from lakesmith.spec.model.checks.row.length import Length
from lakesmith.spec.model.checks.row.matches_format import MatchesFormat
from lakesmith.spec.model.checks.row.not_blank import NotBlank
from lakesmith.spec.model.checks.row.not_in_future import NotInFuture
from lakesmith.spec.model.checks.row.not_in_set import NotInSet
from lakesmith.spec.model.checks.row.not_null import NotNull
from lakesmith.spec.model.checks.row.parses_as import ParsesAs
from lakesmith.spec.model.checks.row.regex import Regex
from lakesmith.spec.model.checks.shuffles.decreases import Decreases
from lakesmith.spec.model.checks.shuffles.entropy import Entropy
from lakesmith.spec.model.checks.shuffles.most_frequent_share import MostFrequentShare
from lakesmith.spec.model.checks.shuffles.mutual_information import MutualInformation
from lakesmith.spec.model.checks.shuffles.null_share_per_group import NullSharePerGroup
from lakesmith.spec.model.checks.shuffles.python import Python
from lakesmith.spec.model.checks.shuffles.references import References
from lakesmith.spec.model.checks.shuffles.sql import Sql
from lakesmith.spec.model.checks.shuffles.time_gaps import TimeGaps
from lakesmith.spec.model.checks.shuffles.unique_across_history import (
    UniqueAcrossHistory,
)
from lakesmith.spec.model.checks.shuffles.unique_share import UniqueShare

__all__ = [
    "FINDING",
    "AnyCheck",
    "BatchCheck",
    "Between",
    "CastFailed",
    "Check",
    "CheckedColumn",
    "Compare",
    "Correlation",
    "Cost",
    "Decreases",
    "DistinctCount",
    "Entropy",
    "Expression",
    "Freshness",
    "GateColumns",
    "InSet",
    "Length",
    "MatchesFormat",
    "Maximum",
    "Mean",
    "Median",
    "Minimum",
    "MostFrequentShare",
    "MutualInformation",
    "NotBlank",
    "NotInFuture",
    "NotInSet",
    "NotNull",
    "NullCount",
    "NullShare",
    "NullSharePerGroup",
    "OnFail",
    "OnNull",
    "OutlierShare",
    "ParsesAs",
    "Python",
    "Quantile",
    "References",
    "Regex",
    "RowCheck",
    "RowCount",
    "Schema",
    "Sql",
    "Stddev",
    "Sum",
    "TimeGaps",
    "Unique",
    "UniqueAcrossHistory",
    "UniqueShare",
    "check_from",
    "check_model",
    "check_models",
    "check_name",
    "declare",
]

"""Define what every check has, and what a check may declare of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from lakesmith.spec.model.base import ColumnName, Model, Name
from lakesmith.spec.model.checks.condition_rules import condition_findings
from lakesmith.spec.model.checks.threshold import Threshold, threshold_findings
from lakesmith.spec.values.column_types import type_problem
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.step_kinds.statistics import Statistic

CheckedColumn = Annotated[ColumnName, Field(description="Column that is checked.")]
OnFail = Literal["quarantine", "drop", "warn", "fail"]
OnNull = Literal["pass", "fail", "skip"]
Cost = Literal["free", "shuffle", "history"]

# The keys of a check that name a column, or several.
_COLUMNS = ("column", "other")
_LISTS_OF_COLUMNS = ("columns", "by", "order_by")
_CHECKED = ("column", "columns")


@dataclass(frozen=True)
class GateColumns:
    """The columns that a check can meet, as far as the spec of its table shows them.

    `contract` has the types of the contract. `at_gate` has every column that a row may
    have when checks are made; it is empty where that is not known.
    """

    contract: Mapping[str, str] = field(default_factory=dict)
    at_gate: tuple[str, ...] = ()

    def type_of(self, column: str | None) -> str:
        """Return the type of a contract column, or nothing when no valid one is known.

        Examples
        --------
        >>> GateColumns({"id": " int", "day": "dte"}).type_of("id")
        'int'
        """
        kind = self.contract.get(column or "", "")
        kind = kind.strip()
        is_valid = bool(kind) and not type_problem(kind)
        return kind if is_valid else ""


class Check(Model):
    """What all checks have in common. Each check adds the fields that it takes.

    A subclass declares the fields of its check, the rules for their values (`findings`)
    and what the check is. It knows no Spark: the module `evaluated_in` makes the check.
    """

    id: Name = Field(description="Name of the check in results; one table has it once.")
    check: str
    on_null: OnNull = Field(
        "skip", description="With `fail`, a value that is NULL fails the check."
    )
    on_fail: OnFail = Field(
        "quarantine", description="What becomes of a row, or a batch, that fails."
    )
    description: str = Field("", description="Text for people.")

    # ``free`` rides on the write, ``shuffle`` reads the table once more,
    # ``history`` reads what earlier batches recorded.
    cost: ClassVar[Cost] = "free"
    # What `on_fail` may be, the default first.
    on_fail_choices: ClassVar[tuple[OnFail, ...]] = (
        "quarantine",
        "drop",
        "warn",
        "fail",
    )
    # Whether it says of NULL what `on_null` says.
    reads_null: ClassVar[bool] = True
    # The module that registers how the check is made.
    evaluated_in: ClassVar[str] = ""
    # The implicit rule that the check replaces on its columns.
    replaces: ClassVar[Literal["", "cast", "given"]] = ""
    # The write strategies whose tables it can be made on; empty takes all.
    strategies: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_defaults(cls, data: Any) -> Any:
        # The default of `on_fail` is written out. The hash of a spec omits what equals
        # the default of the field, and must not change for warehouses that exist.
        if not isinstance(data, dict):
            return data
        names = get_args(cls.model_fields["check"].annotation)
        check = {"check": names[0]} if names else {}
        return {**check, "on_fail": cls.on_fail_choices[0], **data}

    def named_columns(self) -> dict[str, str]:
        """Return the columns that the check names, by the key that names each.

        Examples
        --------
        >>> from lakesmith.spec.model.checks import Unique
        >>> Unique(id="one", columns=("id", "day")).named_columns()
        {'columns.0': 'id', 'columns.1': 'day'}
        """
        listed = {
            f"{key}.{index}": name
            for key in _LISTS_OF_COLUMNS
            for index, name in enumerate(getattr(self, key, ()))
        }
        single = {key: getattr(self, key, None) for key in _COLUMNS}
        return {key: name for key, name in {**single, **listed}.items() if name}

    def checked_columns(self) -> dict[str, str]:
        """Return the columns whose values are checked, by the key that names each.

        Examples
        --------
        >>> from lakesmith.spec.model.checks import Compare
        >>> Compare(id="c", column="low", operator="<", other="high").checked_columns()
        {'column': 'low'}
        """
        named = self.named_columns().items()
        return {key: name for key, name in named if key.partition(".")[0] in _CHECKED}

    def sql_texts(self) -> dict[str, str]:
        """Return the SQL that a user wrote into the check, by key.

        Examples
        --------
        >>> from lakesmith.spec.model.checks import Expression
        >>> Expression(id="sane", expression="n > 0").sql_texts()
        {'expression': 'n > 0'}
        """
        where = getattr(self, "where", None)
        return {} if where is None else {"where": where}

    def tables_read(self) -> dict[str, str]:
        """Return the tables that the check reads beside its own, by key.

        Examples
        --------
        >>> from lakesmith.spec.model.checks import References
        >>> check = References(id="known", columns=("id",), table="silver.customers", max=0)
        >>> check.tables_read()
        {'table': 'silver.customers'}
        """
        return {}

    def frozen_statistics(self) -> tuple[Statistic, ...]:
        """Return the frozen statistics that the check compares with.

        Examples
        --------
        >>> from lakesmith.spec.model.checks import OutlierShare
        >>> given = {"column": "n", "method": "quantile", "upper": 0.99, "max": 0.02}
        >>> [str(one) for one in OutlierShare(id="few", **given).frozen_statistics()]
        ["quantile 0.99 of 'n'"]
        """
        return ()

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find what is wrong with the values.

        Yields
        ------
        Finding
            Its key is that within the check, or empty for the check itself.

        Examples
        --------
        >>> from lakesmith.spec.model.checks import Regex
        >>> check = Regex(id="c", column="name", pattern="(a")
        >>> [finding.key for finding in check.findings(GateColumns())]
        ['pattern']
        """
        yield from ()

    def common_findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find what is wrong with the values that all checks of a kind have."""
        if self.on_null == "fail" and not self.reads_null:
            what = f"the check '{self.check}' takes no 'on_null: fail'"
            yield Finding("LS140", "on_null", what, "add a check not_null")


class RowCheck(Check):
    """A check that each row passes or fails."""

    where: str | None = Field(
        None, description="SQL condition of the rows that are checked."
    )
    threshold: Threshold | None = Field(
        None,
        description="The verdict by how many rows fail; `on_fail` is for each row.",
    )

    def common_findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find a wrong condition, and limits without a unit."""
        yield from super().common_findings(columns)
        yield from condition_findings("where", self.where, columns)
        yield from threshold_findings(self.threshold)


class BatchCheck(Check):
    """A check of a batch as a whole. It has no row to quarantine."""

    on_fail: OnFail = Field(
        "quarantine",
        description="Whether a batch that fails is refused.",
        json_schema_extra={"default": "fail", "enum": ["fail", "warn"]},
    )

    on_fail_choices: ClassVar[tuple[OnFail, ...]] = ("fail", "warn")

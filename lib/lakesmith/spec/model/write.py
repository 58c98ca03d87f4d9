"""Define what a spec may say of the write of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveInt
from pydantic_core import PydanticCustomError

from lakesmith.columns import TRUNCATES
from lakesmith.spec.model.base import ColumnNames, Model
from lakesmith.spec.strategies.registry import declaration_of, strategy_names

if TYPE_CHECKING:
    from lakesmith.spec.strategies.declaration import Declaration, Emits, Unit

# What Debezium writes for a value that it does not know, unless it is configured otherwise.
UNAVAILABLE = "__debezium_unavailable_value"


def _require_known(name: Any) -> Any:
    try:
        declaration_of(name)
    except (KeyError, TypeError):
        *others, last = map(repr, strategy_names())
        expected = f"{', '.join(others)} or {last}"
        raise PydanticCustomError(
            "literal_error", "Input should be {expected}", {"expected": expected}
        ) from None
    return name


def _with_names(schema: dict[str, Any]) -> None:
    schema["enum"] = [*strategy_names()]


StrategyName = Annotated[
    str, BeforeValidator(_require_known), Field(json_schema_extra=_with_names)
]


class KeyFilter(Model):
    """A Bloom filter of an upserted table's keys, stored beside the table."""

    fpr: Annotated[float, Field(gt=0, le=0.5)] = Field(
        0.0001,
        description="Share of new keys that the filter may take for known ones.",
    )
    expected_keys: PositiveInt = Field(
        1_000_000,
        description="Keys that the filter is sized for.",
    )


class Write(Model):
    """How a batch becomes one commit on the table."""

    strategy: StrategyName = Field(
        "append",
        description="How the rows of a batch change the table.",
    )
    keys: ColumnNames = Field(
        (),
        description="Columns that identify a row.",
    )
    sequence_by: ColumnNames = Field(
        (),
        description="Columns that order the rows of a key. The greatest is the newest.",
    )
    when_matched: Literal["update", "ignore"] = Field(
        "update",
        description="With `ignore` the first row of a key stays, by `sequence_by` or arrival.",
    )
    on_tie: Literal["greatest", "fail"] = Field(
        "greatest",
        description="What happens to different rows of one key and sequence. `greatest` keeps "
        "the greatest row.",
    )
    method: Literal["auto", "merge", "replace_where", "append_new"] = Field(
        "auto",
        description="How an upsert is committed. `auto` chooses by the size of the batch.",
    )
    apply_as_deletes: str | None = Field(
        None,
        description="SQL condition on a row that deletes its key. It compares case-sensitively.",
    )
    apply_as_truncates: str | None = Field(
        None,
        description="SQL condition on a change event that empties the table.",
    )
    change_format: Literal["flat", "debezium"] = Field(
        "flat",
        description="Form of the change events. `debezium` is an envelope with `op`, `before` "
        "and `after`.",
    )
    partial_updates: bool = Field(
        False,
        description="With `true` an update leaves columns unchanged that its event does not "
        "have.",
    )
    null_means: Literal["no_value", "unchanged"] = Field(
        "no_value",
        description="What NULL means in a partial update.",
    )
    unavailable_values: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (),
        description="Texts in a change event that mean that the value did not change.",
    )
    stored_as_scd_type: Literal[1, 2] = Field(
        1,
        description="1 keeps the newest row of each key, 2 keeps all versions.",
    )
    track_history_columns: ColumnNames = Field(
        (),
        description="Columns whose change begins a new version; empty takes all but the keys, "
        "those of `sequence_by` too.",
    )
    max_delete_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.2,
        description="A snapshot that would delete a larger share of the rows is refused.",
    )
    allow_empty: bool = Field(
        False,
        description="Whether an empty batch may empty the table.",
    )
    partition_by: ColumnNames = Field(
        (),
        description="Partition columns of the table.",
    )
    key_implies: ColumnNames = Field(
        (),
        description="Columns that are functions of the key, by which its rows are found too.",
    )
    key_filter: KeyFilter | None = Field(
        None,
        description="Bloom filter of the keys, which finds new keys without reading the table.",
    )

    @property
    def declared(self) -> Declaration:
        """What the strategy declares of a table with these settings."""
        declaration = declaration_of(self.strategy)
        versions = declaration.as_versions
        if versions and self.stored_as_scd_type == 2:
            return versions
        return declaration

    @property
    def emits(self) -> Emits:
        """What readers downstream meet, by the strategy and its settings."""
        declared = self.declared.emits
        only_adds = declared == "updates" and not self.updates_rows
        return "appends" if only_adds else declared

    @property
    def keeps_history(self) -> bool:
        """True when the table holds the versions of each key, not only the newest."""
        return self.declared.keeps == "versions"

    @property
    def keeps_newest(self) -> bool:
        """True when the table holds the newest row of each key and tombstones."""
        return self.declared.keeps == "newest"

    @property
    def keeps_first(self) -> bool:
        """True when the row of a key with the smallest sequence stays."""
        return self.when_matched == "ignore" and bool(self.sequence_by)

    @property
    def updates_rows(self) -> bool:
        """True when a row of the batch can replace the table's row of its key."""
        return self.when_matched == "update" or self.keeps_first

    @property
    def truncates(self) -> str | None:
        """The condition on a change event that empties the table, if there is one."""
        if self.apply_as_truncates:
            return self.apply_as_truncates
        is_debezium = self.change_format == "debezium"
        return TRUNCATES if is_debezium and not self.keeps_history else None

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The texts in a change event that mean that a value stays as it was."""
        is_given = "unavailable_values" in self.model_fields_set
        is_flat = self.change_format == "flat"
        if is_flat or is_given:
            return self.unavailable_values
        return (UNAVAILABLE,)

    @property
    def leaves_values(self) -> bool:
        """True when a change event can leave values of its row as they were."""
        is_partial = self.partial_updates or bool(self.placeholders)
        return self.takes("partial_updates") and is_partial

    @property
    def recompute_unit(self) -> Unit:
        """The unit that is computed from all its upstream rows when one changes."""
        return self.declared.recomputes

    @property
    def recomputes(self) -> bool:
        """True when what a change touches is computed from all its upstream rows."""
        return bool(self.recompute_unit)

    @property
    def recomputed_by(self) -> tuple[str, ...]:
        """The columns whose values name a recomputed group or partition."""
        columns = {"group": self.keys, "partition": self.partition_by}
        return columns.get(self.recompute_unit, ())

    def takes(self, setting: str) -> bool:
        """Return whether a setting has an effect on the strategy.

        Examples
        --------
        >>> Write(strategy="append").takes("keys")
        False
        """
        return setting in self.declared.takes

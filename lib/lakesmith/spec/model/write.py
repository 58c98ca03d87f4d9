"""Define what a spec may say of the write of a table."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from lakesmith.columns import TRUNCATES
from lakesmith.spec.model.base import ColumnName, Model

# What Debezium writes in the place of a value that it does not know, unless it is told otherwise.
UNAVAILABLE = "__debezium_unavailable_value"


class KeyFilter(Model):
    """A Bloom filter of an upserted table's keys, kept beside it: which rows of a batch are surely new."""

    fpr: Annotated[float, Field(gt=0, le=0.5)] = 0.0001
    expected_keys: PositiveInt = 1_000_000


class Write(Model):
    """How a batch becomes one commit on the table."""

    strategy: Literal[
        "append",
        "upsert",
        "scd2",
        "snapshot",
        "cdc",
        "replace_partitions",
        "replace_all",
        "aggregate",
    ] = "append"
    keys: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    sequence_by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    when_matched: Literal["update", "ignore"] = "update"
    on_tie: Literal["greatest", "fail"] = "greatest"
    method: Literal["auto", "merge", "replace_where", "append_new"] = "auto"
    apply_as_deletes: str | None = None
    apply_as_truncates: str | None = None
    change_format: Literal["flat", "debezium"] = "flat"
    partial_updates: bool = False
    null_means: Literal["no_value", "unchanged"] = "no_value"
    unavailable_values: Annotated[tuple[str, ...], Field(strict=False)] = ()
    stored_as_scd_type: Literal[1, 2] = 1
    track_history_columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    max_delete_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    allow_empty: bool = False
    partition_by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    key_implies: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    key_filter: KeyFilter | None = None

    @property
    def keeps_history(self) -> bool:
        """True when the table holds the versions of each key, not only the newest."""
        return self.strategy == "scd2" or self.stored_as_scd_type == 2

    @property
    def keeps_newest(self) -> bool:
        """True when the table holds the newest row of each key, and tombstones of the deleted ones."""
        return self.strategy in ("upsert", "cdc", "snapshot") and not self.keeps_history

    @property
    def keeps_first(self) -> bool:
        """True when the row of a key with the smallest sequence stays, whenever it comes."""
        return self.when_matched == "ignore" and bool(self.sequence_by)

    @property
    def updates_rows(self) -> bool:
        """True when a row of the batch can take the place of the table's row of its key."""
        return self.when_matched == "update" or self.keeps_first

    @property
    def truncates(self) -> str | None:
        """The condition on a change event that empties the table, if there is one."""
        is_debezium = self.change_format == "debezium" and not self.keeps_history
        return self.apply_as_truncates or (TRUNCATES if is_debezium else None)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The texts that say of a value in a change event that it stays as it was."""
        is_told = (
            self.change_format == "flat"
            or "unavailable_values" in self.model_fields_set
        )
        return self.unavailable_values if is_told else (UNAVAILABLE,)

    @property
    def leaves_values(self) -> bool:
        """True when a change event can leave values of its row as they were."""
        return self.strategy == "cdc" and (
            self.partial_updates or bool(self.placeholders)
        )

    @property
    def recomputes(self) -> bool:
        """True when what a change touches is computed anew from all rows of the upstream."""
        return self.strategy in ("aggregate", "replace_partitions", "replace_all")

"""The typed, frozen models of a project: what a YAML spec may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,127}$")]
ColumnName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,127}$")]
TableName = Annotated[
    str, Field(pattern=r"^(bronze|silver|gold)\.[a-z][a-z0-9_]{0,127}$")
]
InputName = Annotated[
    str, Field(pattern=r"^(sources|bronze|silver|gold)\.[a-z][a-z0-9_]{0,127}$")
]
Layer = Literal["bronze", "silver", "gold"]
# The column that says of a change event in an envelope that it empties the table.
TRUNCATES = "_truncates"
# What Debezium writes in the place of a value that it does not know, unless it is told otherwise.
UNAVAILABLE = "__debezium_unavailable_value"
OnFail = Literal["quarantine", "drop", "warn", "fail"]
OnNull = Literal["pass", "fail", "skip"]
TABLE_CHECKS = ("unique", "row_count", "freshness")


class Model(BaseModel):
    """Base of all models: frozen, unknown keys refused, no silent conversion."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=True
    )


class BatchBounds(Model):
    """Upper bounds of one batch."""

    max_files: PositiveInt | None = None
    max_rows: PositiveInt | None = None


class FilesSource(Model):
    """A directory of CSV, JSON-lines or Parquet files; every declared column lands as text."""

    version: Literal[1] = 1
    description: str = ""
    format: Literal["csv", "json", "parquet"]
    path: str
    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1, strict=False)]
    optional_columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    pattern: str = "*"
    recursive: bool = False
    optional: bool = False
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: Literal[
        "UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "US-ASCII", "ISO-8859-1"
    ] = "UTF-8"
    multiline: bool = False
    on_bad_input: Literal["park", "fail"] = "park"
    on_changed_file: Literal["fail", "reload", "ignore"] = "fail"
    batch: BatchBounds = BatchBounds()


class Column(Model):
    """One column of a contract."""

    type: str
    source: ColumnName | None = None
    format: str | None = None
    nullable: bool = True
    default: str | int | float | bool | None = None
    renamed_from: ColumnName | None = None
    description: str = ""
    unit: str | None = None
    sensitivity: str | None = None


class Check(Model):
    """One quality check; which fields belong to which `check` is tested by `lakesmith.spec.rules.all_rules`."""

    id: Name
    check: Literal[
        "not_null", "not_blank", "between", "in_set", "regex", "length",
        "cast_failed", "expression", "unique", "row_count", "freshness",
    ]  # fmt: skip
    column: ColumnName | None = None
    columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    min: int | float | str | None = None
    max: int | float | str | None = None
    values: Annotated[tuple[str | int | float | bool, ...], Field(strict=False)] = ()
    pattern: str | None = None
    expression: str | None = None
    max_age: str | None = None
    on_null: OnNull = "skip"
    on_fail: OnFail = "quarantine"
    description: str = ""

    @model_validator(mode="before")
    @classmethod
    def _fail_by_default(cls, data: Any) -> Any:
        # A check of the whole table has no row to quarantine: unless the spec says `warn`, it fails the batch.
        if (
            isinstance(data, dict)
            and data.get("check") in TABLE_CHECKS
            and "on_fail" not in data
        ):
            return {**data, "on_fail": "fail"}
        return data


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


class Profile(Model):
    """Which figures are observed on the write."""

    level: Literal["off", "basic", "full"] = "basic"
    columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()


class Maintenance(Model):
    """What `maintain` does for a table, and from which figures on."""

    small_file_bytes: PositiveInt = 32 * 1024 * 1024
    target_file_bytes: PositiveInt = 128 * 1024 * 1024
    min_small_files: Annotated[int, Field(ge=2)] = 8
    deleted_share: Annotated[float, Field(gt=0, le=1)] = 0.1
    cluster_by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    zorder_by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = ()
    tombstone_retention: Annotated[str, Field(pattern=r"^[0-9]+[smhd]$")] = "14d"
    vacuum: bool = True


class ProjectMaintenance(Maintenance):
    """What holds for tables that say nothing themselves; `dry_run` is true in the environment ``prod``, else false."""

    dry_run: bool | None = None


class Table(Model):
    """One table: where rows come from, the contract, steps, checks and the write."""

    version: Literal[1] = 1
    description: str = ""
    from_: Annotated[InputName, Field(alias="from")]
    inputs: dict[Name, TableName] = {}
    columns: dict[ColumnName, Column] = {}
    steps: Annotated[tuple[str | dict[str, Any], ...], Field(strict=False)] = ()
    sql: str | None = None
    checks: Annotated[tuple[Check, ...], Field(strict=False)] = ()
    write: Write = Write()
    on_schema_change: Literal["fail", "add", "widen", "rescue"] = "fail"
    event_date: ColumnName | None = None
    profile: Profile | None = None
    maintenance: Maintenance | None = None
    properties: dict[str, str] = {}
    nondeterministic: bool = False


class Project(Model):
    """A whole project: base settings, sources and tables after all overlays."""

    version: Literal[1] = 1
    name: Name
    env: Name = "local"
    warehouse: str = "./warehouse"
    catalog: Name | None = None
    schema_prefix: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,63})?$")] = ""
    parallel: PositiveInt = 2
    lock_wait_seconds: Annotated[int, Field(ge=0)] = 60
    durable: bool = True
    profile: Profile = Profile()
    maintenance: ProjectMaintenance = ProjectMaintenance()
    sources: dict[Name, FilesSource] = {}
    tables: dict[Layer, dict[Name, Table]] = {}

    def table(self, name: str) -> Table:
        """Return the table ``layer.name``."""
        layer, short = name.split(".", 1)
        return self.tables[layer][short]  # type: ignore[index]

    def table_names(self) -> tuple[str, ...]:
        """Return every table as ``layer.name``, in the order of layers and specs."""
        return tuple(
            f"{layer}.{name}"
            for layer, tables in self.tables.items()
            for name in tables
        )

    def profile_of(self, name: str) -> Profile:
        """Return the profile settings that apply to a table: its own, else the project's."""
        return self.table(name).profile or self.profile

    def maintenance_of(self, name: str) -> Maintenance:
        """Return the maintenance settings of a table: what it says itself, else what the project says."""
        own = self.table(name).maintenance
        said = {key: getattr(own, key) for key in own.model_fields_set} if own else {}
        return self.maintenance.model_copy(update=said)

    @property
    def maintains_dry(self) -> bool:
        """Whether `maintain` only says what it would do, unless it is told otherwise."""
        dry_run = self.maintenance.dry_run
        return self.env == "prod" if dry_run is None else dry_run

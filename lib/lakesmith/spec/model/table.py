"""Define the spec of a table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt, PrivateAttr

from lakesmith.duration import DURATION_PATTERN
from lakesmith.spec.model.base import ColumnName, InputName, Model, Name, TableName
from lakesmith.spec.model.checks.any_check import AnyCheck
from lakesmith.spec.model.contract import Contract
from lakesmith.spec.model.quarantine import Quarantine
from lakesmith.spec.model.write import Write

OnRefusal = Literal["stop", "keep_last_good", "publish_and_alert"]
DEFAULT_REFUSAL: OnRefusal = "stop"
PUBLISHING: OnRefusal = "publish_and_alert"
Audit = Literal["commit", "stage"]
STAGED: Audit = "stage"
OnInputChange = Literal["ignore", "recompute"]
FOLLOWING: OnInputChange = "recompute"


class Column(Model):
    """One column of a contract."""

    type: str = Field(
        description="Spark type in lower case, such as `bigint` or `decimal(12,2)`."
    )
    source: ColumnName | None = Field(
        None, description="Column of the upstream, if it has another name."
    )
    format: str | None = Field(
        None,
        description="Datetime pattern of the text, for `date`, `timestamp` and `timestamp_ntz`.",
    )
    nullable: bool = Field(
        True, description="With `false` a row with NULL is quarantined."
    )
    default: str | int | float | bool | None = Field(
        None,
        description="Value in place of NULL, in new rows and in those older than the column.",
    )
    renamed_from: ColumnName | None = Field(
        None, description="Name of this column in the table before it was renamed."
    )
    description: str = Field("", description="Text for people.")
    unit: str | None = Field(None, description="Unit of the values, for people.")
    sensitivity: str | None = Field(
        None,
        description="A word other than `public` or `none` keeps the values out of profiles.",
    )


class Profile(Model):
    """Metrics that are observed while a batch is written."""

    level: Literal["off", "basic", "full"] = Field(
        "basic",
        description="`basic` counts rows and values, `full` adds moments and sketches, `off`"
        " observes nothing.",
    )
    columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns for the metrics of `full`; empty takes all."
    )


class Maintenance(Model):
    """Settings of `lakesmith maintain`."""

    small_file_bytes: PositiveInt = Field(
        32 * 1024 * 1024, description="A file is small below this size."
    )
    target_file_bytes: PositiveInt = Field(
        128 * 1024 * 1024, description="Size of the files that compaction writes."
    )
    min_small_files: Annotated[int, Field(ge=2)] = Field(
        8,
        description="A partition is compacted when it has at least this many small files.",
    )
    deleted_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.1,
        description="A table is purged when deletion vectors hide at least this share of its rows.",
    )
    cluster_by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns of liquid clustering."
    )
    zorder_by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns of Z-ordering."
    )
    tombstone_retention: Annotated[str, Field(pattern=DURATION_PATTERN)] = Field(
        "14d", description="Age at which the tombstones of deleted keys are removed."
    )
    vacuum: bool = Field(True, description="Whether files of old versions are deleted.")


class Table(Model):
    """One table with its input, contract, steps, checks and write."""

    version: Literal[1] = Field(1, description="Version of the spec.")
    description: str = Field("", description="Text for people.")
    contract: Contract | None = Field(
        None, description="What consumers may rely on. It changes no row."
    )
    from_: Annotated[InputName, Field(alias="from")] = Field(
        description="Source or table that is read batch by batch."
    )
    inputs: dict[Name, TableName] = Field(
        default_factory=dict,
        description="Tables that steps and `sql` look up, by the name used there.",
    )
    on_input_change: OnInputChange = Field(
        "ignore",
        description="What happens to the rows of an upsert when one of its `inputs` changes."
        " `ignore` keeps what it held when they came, `recompute` computes the rows again whose"
        " join finds another row now.",
    )
    columns: dict[ColumnName, Column] = Field(
        default_factory=dict,
        description="Contract. The upstream is converted to these columns before the steps.",
    )
    steps: Annotated[tuple[str | dict[str, Any], ...], Field(strict=False)] = Field(
        (),
        description="Transformations in order. Each is a name, a map with a name and its"
        " options, or `module:function`.",
    )
    sql: str | None = Field(
        None,
        description="One SELECT instead of steps. It reads the upstream by its name without the"
        " layer, and `inputs` by theirs.",
    )
    checks: Annotated[tuple[AnyCheck, ...], Field(strict=False)] = Field(
        (), description="Quality checks."
    )
    on_refusal: OnRefusal = Field(
        DEFAULT_REFUSAL,
        description="What becomes of a batch that a check refuses: `stop` blocks the tables"
        " downstream and ends the run with exit code 3, `keep_last_good` lets them read the last"
        " good version, `publish_and_alert` publishes it with a warning.",
    )
    audit: Audit = Field(
        "commit",
        description="Where a batch is judged: `commit` after its commit, which readers of the lake"
        " do not see yet, `stage` before it, for readers of the Delta path itself. It costs one"
        " more write and read of each batch.",
    )
    write: Write = Field(
        Write(), description="How a batch becomes one commit of the table."
    )
    on_schema_change: Literal["fail", "add", "widen", "rescue"] = Field(
        "fail", description="What happens when a batch has other columns or types."
    )
    event_date: ColumnName | None = Field(
        None, description="Column with the date of a row, which backfills need."
    )
    profile: Profile | None = Field(
        None, description="Profile settings instead of those of the project."
    )
    maintenance: Maintenance | None = Field(
        None, description="Maintenance settings that differ from those of the project."
    )
    quarantine: Quarantine | None = Field(
        None, description="Quarantine settings that differ from those of the project."
    )
    properties: dict[str, str] = Field(
        default_factory=dict, description="Delta table properties."
    )
    nondeterministic: bool = Field(
        False,
        description="Allows functions that read the clock, a random number or the order of rows,"
        " and steps that look at the rows of a batch together. A retry may then give other rows.",
    )

    # Columns that are functions of the key because the upstream proves it, in lower case. The spec
    # of a table alone does not tell.
    _proven_upstream: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def proven_upstream(self) -> frozenset[str]:
        """The columns that the upstream proves to be functions of the key, in lower case.

        Examples
        --------
        >>> Table(from_="silver.lines").proven_upstream
        frozenset()
        """
        return self._proven_upstream

    def prove(self, columns: frozenset[str]) -> None:
        """Note the columns that the upstream proves to be functions of the key.

        Examples
        --------
        >>> table = Table(from_="silver.lines")
        >>> table.prove(frozenset({"day"}))
        >>> sorted(table.proven_upstream)
        ['day']
        """
        self._proven_upstream = columns

    @property
    def follows_inputs(self) -> bool:
        """True when a change of an input computes the rows again that it touches.

        Examples
        --------
        >>> Table(from_="silver.lines", on_input_change="recompute").follows_inputs
        True
        """
        return self.on_input_change == FOLLOWING

    @property
    def input_name(self) -> str:
        """The name of what is read, without its layer.

        Examples
        --------
        >>> Table(from_="bronze.orders").input_name
        'orders'
        """
        return self.from_.partition(".")[2]

    @property
    def source_name(self) -> str | None:
        """The name of the source that is read, None where an upstream table is.

        Examples
        --------
        >>> Table(from_="sources.orders").source_name, Table(from_="bronze.orders").source_name
        ('orders', None)
        """
        return self.input_name if self.from_.startswith("sources.") else None

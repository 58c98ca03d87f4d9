"""Define the spec of a source that is a table or a query of a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from lakesmith.duration import SPAN_PATTERN
from lakesmith.spec.model.base import ColumnName, Model
from lakesmith.spec.model.secret import SecretRef  # noqa: TC001
from lakesmith.spec.model.source import SourceSpec

# Some settings of a driver name classes or files, which a spec must not.
Option = Literal[
    "ApplicationName",
    "connectTimeout",
    "loginTimeout",
    "socketTimeout",
    "sslmode",
    "sslrootcert",
    "tcpKeepAlive",
]
Span = Annotated[str, Field(pattern=SPAN_PATTERN)]


class Incremental(Model):
    """How new and changed rows are known."""

    column: str = Field(
        min_length=1,
        description="A column whose value grows with each new or changed row.",
    )
    overlap: Span | NonNegativeInt = Field(
        0,
        description="How far below the greatest value rows may still appear, such as `10m`,"
        " or a number for a column of numbers.",
    )
    moved_from: str | None = Field(
        None, description="The place that the rows had before, as LS223 names it."
    )


class Parts(Model):
    """How a read is divided among tasks."""

    column: str = Field(min_length=1, description="A column by which rows are divided.")
    number: Annotated[PositiveInt, Field(ge=2, le=1000)] = Field(
        description="How many parts of about equal size."
    )


class JdbcSource(SourceSpec):
    """A table or a query of a database, whose declared columns become text."""

    type: Literal["jdbc"] = Field("jdbc", description="Type of the source.")
    dialect: Literal["postgresql"] = Field(description="The kind of database.")
    host: str = Field(
        pattern=r"^[A-Za-z0-9_.:\[\]-]+$", description="Name or address of the server."
    )
    port: Annotated[PositiveInt, Field(le=65535)] | None = Field(
        None, description="Port of the server; that of the dialect by default."
    )
    database: str = Field(
        pattern=r"^[A-Za-z0-9_.-]+$", description="Name of the database."
    )
    user: str | SecretRef = Field(description="User, as text or as a reference.")
    password: SecretRef | None = Field(None, description="Reference to the password.")
    table: str | None = Field(
        None,
        min_length=1,
        description="Table to read, with its schema: `public.orders`.",
    )
    query: str | None = Field(None, min_length=1, description="A SELECT to read.")
    incremental: Incremental | None = Field(
        None, description="Reads what is new; without it each run reads all rows."
    )
    read_at: ColumnName | None = Field(
        None, description="Column that gets the time of the read in UTC."
    )
    parts: Parts | None = Field(None, description="Reads in several tasks.")
    fetch_rows: PositiveInt = Field(
        10_000, description="Rows that one round trip brings."
    )
    options: Mapping[Option, str | int | bool] = Field(
        default_factory=dict, description="Settings of the connection."
    )

    @model_validator(mode="after")
    def _has_rows(self) -> JdbcSource:
        given = [one for one in (self.table, self.query) if one]
        if len(given) != 1:
            raise ValueError("one of table and query expected")
        return self

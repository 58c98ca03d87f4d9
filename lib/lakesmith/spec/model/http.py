"""Define the spec of a source that is an HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from lakesmith.duration import SPAN_PATTERN
from lakesmith.spec.model.base import ColumnName, Model
from lakesmith.spec.model.secret import SecretRef
from lakesmith.spec.model.source import (
    KEYS_PATTERN,
    FieldNames,
    FilesSource,
    SourceSpec,
)

Keys = Annotated[str, Field(pattern=KEYS_PATTERN)]
Name = Annotated[str, Field(min_length=1)]
Span = Annotated[str, Field(pattern=SPAN_PATTERN)]


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address that begins with https:// or http:// expected")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("write the user in `auth`, and the query in `parameters`")
    return url


class BearerAuth(Model):
    """A token in the header ``Authorization``."""

    type: Literal["bearer"] = Field(description="Kind of authentication.")
    token: SecretRef = Field(description="Reference to the token.")


class BasicAuth(Model):
    """A user and a password in the header ``Authorization``."""

    type: Literal["basic"] = Field(description="Kind of authentication.")
    user: str | SecretRef = Field(description="User, as text or as a reference.")
    password: SecretRef = Field(description="Reference to the password.")


class HeaderAuth(Model):
    """A key in a header of its own name."""

    type: Literal["header"] = Field(description="Kind of authentication.")
    name: Name = Field(description="Name of the header, such as `X-Api-Key`.")
    value: SecretRef = Field(description="Reference to the key.")


class NumberPages(Model):
    """Pages with numbers, up to the first one without a record."""

    by: Literal["number"] = Field(description="How pages follow each other.")
    parameter: Name = Field("page", description="Parameter with the number.")
    first: NonNegativeInt = Field(1, description="Number of the first page.")


class OffsetPages(Model):
    """Pages that begin behind so many records, up to the first one without a record."""

    by: Literal["offset"] = Field(description="How pages follow each other.")
    parameter: Name = Field("offset", description="Parameter with the offset.")


class CursorPages(Model):
    """Pages that name the cursor of the next one, up to one that names none."""

    by: Literal["cursor"] = Field(description="How pages follow each other.")
    parameter: Name = Field("cursor", description="Parameter with the cursor.")
    field: Keys = Field(
        description="Keys that lead to the next cursor, such as `meta.next`."
    )


class LinkPages(Model):
    """Pages that link to the next one, up to one that does not."""

    by: Literal["link"] = Field(description="How pages follow each other.")
    field: Keys | None = Field(
        None,
        description="Keys that lead to the address of the next page; without it the header"
        " `Link` has it.",
    )


class HttpIncremental(Model):
    """How new and changed records are asked for."""

    parameter: Name = Field(
        description="Parameter with the value from which records are new."
    )
    field: Keys = Field(
        description="Field of a record whose value grows with each new or changed one."
    )
    start: str | None = Field(None, description="Value of the first request.")
    overlap: Span | NonNegativeInt = Field(
        0,
        description="How far below the greatest value records may still appear, such as `10m`,"
        " or a number for a field of numbers.",
    )


Auth = Annotated[BearerAuth | BasicAuth | HeaderAuth, Field(discriminator="type")]
Pages = Annotated[
    NumberPages | OffsetPages | CursorPages | LinkPages, Field(discriminator="by")
]


class HttpSource(SourceSpec):
    """An API that answers with JSON, whose declared columns become text."""

    type: Literal["http"] = Field("http", description="Type of the source.")
    url: Annotated[str, AfterValidator(_without_secrets)] = Field(
        description="Address of the first page, without a query."
    )
    records: Keys | None = Field(
        None,
        description="Keys that lead to the records of an answer, such as `data.items`.",
    )
    field_names: Mapping[ColumnName, FieldNames] = Field(
        {}, description="Names of fields in the records, where columns have others."
    )
    optional_columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns that a record may lack."
    )
    parameters: Mapping[Name, str] = Field({}, description="Parameters of the query.")
    headers: Mapping[Name, str] = Field({}, description="Headers without secrets.")
    auth: Auth | None = Field(None, description="How the source shows who it is.")
    pages: Pages | None = Field(
        None, description="How pages follow each other; one answer without it."
    )
    total: Keys | None = Field(
        None,
        description="Keys that lead to the number of records that all pages have together.",
    )
    incremental: HttpIncremental | None = Field(
        None, description="Asks for what is new; without it each run asks for all."
    )
    timeout: Span = Field(
        "30s",
        description="How long the server may be silent; an answer takes ten times.",
    )
    attempts: Annotated[PositiveInt, Field(le=20)] = Field(
        5, description="How often a request is made before the run stops."
    )
    requests_per_second: PositiveFloat | None = Field(
        None, description="Upper bound of the requests in a second."
    )
    landing: str | None = Field(
        None,
        description="Local directory for the answers; `_landing` in the warehouse without it.",
    )

    @model_validator(mode="after")
    def _has_one_query(self) -> HttpSource:
        named = [
            getattr(one, "parameter", None) for one in (self.pages, self.incremental)
        ]
        sent = [name for name in named if name]
        twice = [
            name for name in sent if name in self.parameters or sent.count(name) > 1
        ]
        if twice:
            raise ValueError(f"parameter {twice[0]} has two meanings")
        return self

    @property
    def lines(self) -> FilesSource:
        """The records that landed, which are files of an object a line.

        Examples
        --------
        >>> HttpSource(url="https://api.example.com/orders", columns=("id",)).lines.format
        'json'
        """
        return FilesSource(
            format="json",
            path=self.landing or ".",
            columns=self.columns,
            field_names=self.field_names,
            optional_columns=self.optional_columns,
        )

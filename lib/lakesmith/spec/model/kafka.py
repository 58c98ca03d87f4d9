"""Define the spec of a source that is a topic of Kafka."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from lakesmith.spec.model.base import ColumnName, Model
from lakesmith.spec.model.secret import SecretRef
from lakesmith.spec.model.source import FieldNames, FilesSource, SourceSpec

Part = Literal["key", "partition", "offset", "timestamp", "headers"]


class KafkaBounds(Model):
    """Upper bound of one batch."""

    max_messages: PositiveInt | None = Field(
        None, description="Offsets of one batch, shared out among partitions."
    )


class KafkaSecurity(Model):
    """How the source shows who it is, and whether the connection is encrypted."""

    protocol: Literal["SSL", "SASL_SSL", "SASL_PLAINTEXT"] = Field(
        description="Protocol of the servers."
    )
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="Mechanism of SASL."
    )
    user: str | SecretRef | None = Field(
        None, description="User, as text or as a reference."
    )
    password: SecretRef | None = Field(None, description="Reference to the password.")
    ca_file: str | None = Field(
        None, description="File in PEM with the certificates that are trusted."
    )

    @model_validator(mode="after")
    def _has_user(self) -> KafkaSecurity:
        has_both = self.user is not None and self.password is not None
        if self.protocol.startswith("SASL") and not has_both:
            raise ValueError(f"user and password expected with {self.protocol}")
        return self


class KafkaSource(SourceSpec):
    """A topic of Kafka, whose declared columns become text."""

    type: Literal["kafka"] = Field("kafka", description="Type of the source.")
    servers: Annotated[str, Field(pattern=r"^[^,\s]+:\d+(,[^,\s]+:\d+)*$")] = Field(
        description="Servers to begin with, such as `kafka-1:9092,kafka-2:9092`."
    )
    topic: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")] = Field(
        description="Name of the topic."
    )
    field_names: Mapping[ColumnName, FieldNames] = Field(
        {}, description="Names of fields in the values, where columns have others."
    )
    optional_columns: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns that a value may lack."
    )
    message_columns: Mapping[ColumnName, Part] = Field(
        {}, description="Columns that get a part of the message beside its value."
    )
    start: Literal["earliest", "latest"] = Field(
        "earliest", description="Where the first batch begins."
    )
    on_lost_messages: Literal["fail", "continue"] = Field(
        "fail",
        description="What to do when messages are gone before they were read.",
    )
    security: KafkaSecurity | None = Field(
        None, description="How the source shows who it is."
    )
    batch: KafkaBounds = Field(
        KafkaBounds(), description="How much one batch reads at most."
    )

    @model_validator(mode="after")
    def _declares_parts(self) -> KafkaSource:
        known = {name.lower() for name in self.columns}
        unknown = [one for one in self.message_columns if one.lower() not in known]
        if unknown:
            raise ValueError(f"column {unknown[0]} of message_columns is not declared")
        if not self.values.columns:
            raise ValueError("a column of the value expected")
        return self

    @property
    def values(self) -> FilesSource:
        """The values of the messages, which are JSON as lines of a file are.

        Examples
        --------
        >>> at = {"servers": "kafka:9092", "topic": "orders", "columns": ("id", "key")}
        >>> KafkaSource(**at, message_columns={"key": "key"}).values.columns
        ('id',)
        """
        parts = {name.lower() for name in self.message_columns}
        columns = tuple(name for name in self.columns if name.lower() not in parts)
        return FilesSource.model_construct(
            format="json",
            path="",
            columns=columns,
            field_names=self.field_names,
            optional_columns=self.optional_columns,
        )

"""Define what the consumers of a table may rely on."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName, Model

Status = Literal["draft", "active", "deprecated"]

_SHARE = r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?) ?%$"
VERSION = (
    r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$"
)

# The share of time in which a table is fresh, where the contract says none.
ALWAYS = "100 %"

Share = Annotated[str, Field(pattern=_SHARE)]


class Slo(Model):
    """Service-level objectives of a table, as shares with a unit."""

    window: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}d$")] = Field(
        "28d", description="Days over which the objectives hold, up to now."
    )
    records_passing: Share | None = Field(
        None, description="Least share of rows that pass the checks, such as `99 %`."
    )
    null_share: dict[ColumnName, Share] = Field(
        default_factory=dict,
        description="Greatest share of rows without a value, by column, such as `1 %`.",
    )
    fresh_time: Share | None = Field(
        None,
        description="Least share of time in which the newest row is no older than `freshness`;"
        " without it `100 %`.",
    )


class Contract(Model):
    """What the consumers of a table may rely on. It changes no row."""

    version: Annotated[str, Field(pattern=VERSION)] | None = Field(
        None,
        description="Semantic version, such as `1.2.0`. A new major version may break"
        " consumers.",
    )
    status: Status = Field("active", description="Whether consumers may rely on it.")
    owner: str | None = Field(None, description="Who answers for the table.")
    consumers: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="Who reads the table, as names or addresses."
    )
    freshness: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,5}[smhd]$")] | None = Field(
        None, description="Greatest age of the newest rows, such as `36h`."
    )
    slo: Slo = Field(Slo(), description="Service-level objectives.")


def percent_of(share: str) -> Decimal:
    """Return a share as a number of percents.

    Examples
    --------
    >>> percent_of("99.5 %")
    Decimal('99.5')
    """
    number = share.removesuffix("%")
    return Decimal(number.strip())


def major_of(version: str | None) -> int:
    """Return the major version, 0 where there is none.

    Examples
    --------
    >>> major_of("2.1.0"), major_of(None)
    (2, 0)
    """
    major, _, _ = (version or "0").partition(".")
    return int(major)

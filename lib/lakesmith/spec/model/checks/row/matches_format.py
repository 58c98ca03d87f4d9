"""Declare the check `matches_format`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lakesmith.spec.model.checks.base import CheckedColumn, RowCheck
from lakesmith.spec.model.checks.registry import declare

Format = Literal["email", "uuid", "url", "ipv4", "ipv6", "ip", "iban", "json"]


@declare
class MatchesFormat(RowCheck):
    """The text has a known format, all of it."""

    check: Literal["matches_format"]
    column: CheckedColumn
    format: Format = Field(description="Name of the format.")

"""Turn answers into plain data for JSON, and errors into exit codes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lakesmith.errors import ConfigError, GateRefused, LakesmithError

FAILED = 1
BAD_CONFIG = 2
REFUSED = 3
_USAGE_CODES = frozenset({"LS001", "LS209"})


def plain(value: Any) -> Any:
    r"""Return a value as exact JSON data.

    Examples
    --------
    >>> plain({"net": Decimal("1.50"), "day": date(2011, 1, 31), "sketch": b"\x01"})
    {'net': '1.50', 'day': '2011-01-31', 'sketch': '01'}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain(
            {
                field.name: getattr(value, field.name)
                for field in dataclasses.fields(value)
            }
        )
    if isinstance(value, Mapping):
        return {str(key): plain(child) for key, child in value.items()}
    if hasattr(value, "asDict"):
        return plain(value.asDict())
    if isinstance(value, (list, tuple, set)):
        return [plain(child) for child in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


def error_data(error: LakesmithError) -> dict[str, Any]:
    """Return an error as data, with each problem of the specs."""
    found = {
        "code": error.code,
        "what": error.what,
        "where": error.where,
        "hint": error.hint,
    }
    problems = error.problems if isinstance(error, ConfigError) else ()
    return {**found, "problems": [plain(problem) for problem in problems]}


def exit_code(error: LakesmithError) -> int:
    """Return the exit code of an error.

    Examples
    --------
    >>> exit_code(GateRefused("the gate refused silver.orders")), exit_code(LakesmithError("no"))
    (3, 1)
    """
    if isinstance(error, GateRefused):
        return REFUSED
    if isinstance(error, ConfigError) or error.code in _USAGE_CODES:
        return BAD_CONFIG
    return FAILED

"""Write what consumers may rely on as team, roles and service levels."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.element import custom
from lakesmith.spec.model.contract import Slo, percent_of
from lakesmith.spec.values.numbers import without_zeros

if TYPE_CHECKING:
    from lakesmith.spec.model import Contract

# The units of the standard are those of ISO.
UNITS = {"s": "s", "m": "min", "h": "h", "d": "d"}
CONSUMER = "consumer"
OWNER = "owner"
PERCENT = "percent"
# The standard has no name for these.
FRESH_TIME = "freshTime"
WINDOW = "sloWindow"


def agreement(contract: Contract, table: str) -> dict[str, Any]:
    """Return the sections of a document that say what consumers may rely on.

    Examples
    --------
    >>> from lakesmith.spec.model import Contract
    >>> found = agreement(Contract(owner="sales", freshness="36h"), "orders")
    >>> found["team"]
    {'members': [{'username': 'sales', 'role': 'owner'}]}
    >>> found["slaProperties"]
    [{'property': 'latency', 'value': 36, 'unit': 'h', 'element': 'orders'}]
    """
    said: dict[str, Any] = {}
    if contract.owner:
        said["team"] = {"members": [{"username": contract.owner, "role": OWNER}]}
    if contract.consumers:
        names = custom({"consumers": list(contract.consumers)})
        role = {"role": CONSUMER, "access": "read", "customProperties": list(names)}
        said["roles"] = [role]
    levels = list(_levels(contract, table))
    return {**said, "slaProperties": levels} if levels else said


def _levels(contract: Contract, table: str) -> Iterator[dict[str, Any]]:
    if contract.freshness:
        age = int(contract.freshness[:-1])
        yield _level(
            "latency",
            age,
            UNITS[contract.freshness[-1]],
            table,
        )
    passing = contract.slo.records_passing
    if passing:
        failing = number(100 - percent_of(passing))
        yield _level("errorRate", failing, PERCENT, table)
    for name, share in contract.slo.null_share.items():
        element = f"{table}.{name}"
        yield _level(
            "nullShare",
            number(percent_of(share)),
            PERCENT,
            element,
        )

    yield from _terms_of_time(contract, table)


def _terms_of_time(contract: Contract, table: str) -> Iterator[dict[str, Any]]:
    slo = contract.slo
    if slo.fresh_time:
        yield _level(FRESH_TIME, number(percent_of(slo.fresh_time)), PERCENT, table)
    if slo.window != Slo().window:
        yield _level(WINDOW, int(slo.window[:-1]), "d", table)


def _level(name: str, value: int | float, unit: str, element: str) -> dict[str, Any]:
    return {"property": name, "value": value, "unit": unit, "element": element}


def number(value: Decimal) -> int | float:
    """Return a number as YAML writes it.

    Examples
    --------
    >>> number(Decimal("5.0")), number(Decimal("0.5"))
    (5, 0.5)
    """
    short = without_zeros(value)
    if short == short.to_integral_value():
        return int(short)
    return float(short)

"""Say of each result of an audit whether it came from the log or from a scan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from lakesmith.quality.check_result import CheckResult
from lakesmith.spec.model.checks.base import RowCheck

if TYPE_CHECKING:
    from lakesmith.spec.model.checks.base import Check

Origin = Literal["log", "scan"]


@dataclass(frozen=True)
class AuditResult(CheckResult):
    """The outcome of one check on a table as it is.

    `origin` is ``log`` where the statistics in the table's log said all, else ``scan``.
    """

    origin: Origin = "scan"

    def as_data(self) -> dict[str, Any]:
        """Return the result as plain data, its origin under the key ``from``.

        Examples
        --------
        >>> AuditResult("few", "", "fail", "pass", 0, origin="log").as_data()["from"]
        'log'
        """
        data = asdict(self)
        return {**data, "from": data.pop("origin")}


def audited(results: Iterable[CheckResult], origin: Origin) -> list[AuditResult]:
    """Return results with their origin.

    Examples
    --------
    >>> audited([CheckResult("few", "", "fail", "pass", 0)], "log")[0].origin
    'log'
    """
    made: list[AuditResult] = []
    for one in results:
        data = asdict(one)
        made.append(AuditResult(**data, origin=origin))
    return made


def in_order(
    results: Iterable[AuditResult], checks: Sequence[Check]
) -> tuple[AuditResult, ...]:
    """Return results as a scan of all would give them, those of rows first.

    Checks that no spec names come before all others.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import NotNull, RowCount
    >>> checks = [RowCount(id="some", min=1), NotNull(id="given", column="id")]
    >>> found = [AuditResult(name, "", "", "pass", 0) for name in ("some", "given", "row_parsed")]
    >>> [one.check for one in in_order(found, checks)]
    ['row_parsed', 'given', 'some']
    """
    places: dict[str, tuple[bool, int]] = {}
    for place, check in enumerate(checks):
        is_of_whole = not isinstance(check, RowCheck)
        places.setdefault(check.id, (is_of_whole, place))

    def place_of(result: AuditResult) -> tuple[bool, int]:
        return places.get(result.check, (False, -1))

    ordered = sorted(results, key=place_of)
    return tuple(ordered)

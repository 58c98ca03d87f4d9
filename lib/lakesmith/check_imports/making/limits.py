"""Hold the values that pass by severity, and make drafts of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakesmith.spec.model.checks import check_model

if TYPE_CHECKING:
    from lakesmith.check_imports.bounds import Range
    from lakesmith.check_imports.drafts import Draft


@dataclass(frozen=True)
class Limits:
    """The values that pass, by severity."""

    fail: Range | None = None
    warn: Range | None = None
    is_percent: bool = False


def limited(make: Callable[[Range], Draft], limits: Limits) -> Iterator[Draft]:
    """Make the draft of each severity, or one of both where the check takes both.

    Examples
    --------
    >>> from lakesmith.check_imports.bounds import Range
    >>> from lakesmith.check_imports.drafts import draft
    >>> limits = Limits(Range(max=9), Range(max=5))
    >>> [one.check for one in limited(lambda of: draft("mean", column="n", max=of.max), limits)]
    [{'check': 'mean', 'column': 'n', 'max': 9, 'warn': {'max': 5}}]
    """
    strict = make(limits.fail) if limits.fail else None
    soft = make(limits.warn) if limits.warn else None
    model = check_model(str(soft.check["check"])) if soft else None
    if strict and soft and model and "warn" in model.model_fields:
        check = soft.check
        narrow = {key: check[key] for key in ("min", "max") if key in check}
        yield strict.having(warn=narrow).noting(*soft.differs)
        return
    if strict:
        yield strict
    if soft:
        yield soft.having(on_fail="warn")

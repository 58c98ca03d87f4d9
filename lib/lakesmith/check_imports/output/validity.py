"""Find what is wrong with an imported check before a table has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import ValidationError

from lakesmith.spec.model.checks import GateColumns, check_from
from lakesmith.spec.values.nondeterministic import nondeterministic_calls
from lakesmith.spec.values.sql_patterns import pattern_problems

if TYPE_CHECKING:
    from lakesmith.check_imports.drafts import Draft


def mistake(given: Draft) -> str:
    """Return why no table would take a check, or nothing.

    Examples
    --------
    >>> from lakesmith.check_imports.drafts import draft
    >>> mistake(draft("regex", column="code", pattern="(a"))
    'pattern: the pattern does not compile: missing ), unterminated subpattern'
    >>> mistake(draft("not_null", column="code"))
    ''
    """
    return "; ".join(_mistakes(given))


def _mistakes(given: Draft) -> Iterator[str]:
    try:
        check = check_from({"id": "imported", **given.check})
    except ValidationError as error:
        for one in error.errors(include_url=False):
            place = ".".join(map(str, one["loc"]))
            message = one["msg"]
            yield f"{place}: {message}" if place else message
        return
    for finding in (
        *check.findings(GateColumns()),
        *check.common_findings(GateColumns()),
    ):
        yield f"{finding.key}: {finding.what}"
    for key, text in check.sql_texts().items():
        for problem in pattern_problems(text):
            yield f"{key}: {problem}"
        for function in nondeterministic_calls(text):
            yield f"{key}: '{function}' gives another value on every run"

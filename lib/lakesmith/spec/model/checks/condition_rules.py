"""Find mistakes in the SQL conditions of checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.spec.model.checks.condition_text import names_in, unbalanced
from lakesmith.spec.yaml.provenance import Finding, suggest

if TYPE_CHECKING:
    from lakesmith.spec.model.checks.base import GateColumns


def condition_findings(
    key: str, condition: str | None, columns: GateColumns
) -> Iterator[Finding]:
    """Find SQL that is not balanced, and names that no column has.

    Parameters
    ----------
    key : str
        Key of the condition within the check.
    condition : str, optional
    columns : GateColumns

    Yields
    ------
    Finding
        LS146 or LS147.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import GateColumns
    >>> known = GateColumns(at_gate=("qty",))
    >>> [one.what for one in condition_findings("where", "qtty > 0", known)]
    ["no column 'qtty' is there when the check is made"]
    """
    if condition is None:
        return
    problem = unbalanced(condition)
    if problem:
        yield Finding("LS146", key, problem, "correct the expression")
        return
    known = {column.lower() for column in columns.at_gate}
    for name in names_in(condition) if known else ():
        if name.lower() not in known:
            what = f"no column '{name}' is there when the check is made"
            hint = suggest(name, columns.at_gate, "its columns")
            yield Finding("LS147", key, what, hint)

"""Suggest a contract and checks for the rows of a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakesmith.suggest.proposals import proposals
from lakesmith.suggest.typed import typed_columns
from lakesmith.suggest.yaml_output import suggested_yaml

if TYPE_CHECKING:
    from lakesmith.suggest.sample import Sample
    from lakesmith.suggest.suggestion import Suggestion
    from lakesmith.suggest.typed import TypedColumn


@dataclass(frozen=True)
class Suggested:
    """What is suggested for a table.

    Parameters
    ----------
    subject : str
    rows : int
        How many were seen.
    total : int, optional
        How many there are; None where that is not known.
    unparsed : int
    columns : tuple of TypedColumn
    suggestions : tuple of Suggestion
    """

    subject: str
    rows: int
    total: int | None
    unparsed: int
    columns: tuple[TypedColumn, ...]
    suggestions: tuple[Suggestion, ...]

    def as_yaml(self) -> str:
        """Return it as the keys `columns` and `checks` of a table's spec, with comments."""
        return suggested_yaml(self)


def suggested(sample: Sample) -> Suggested:
    """Suggest types, NULLs, keys, formats, sets and ranges. It depends on no order of the rows.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    Suggested
        Nothing of it is contradicted by a row of the sample.

    Examples
    --------
    >>> from lakesmith.suggest.sample import Sample
    >>> rows = [{"mail": f"a{number}@example.org"} for number in range(100)]
    >>> found = suggested(Sample("a", {"mail": "string"}, rows))
    >>> [one.check["check"] for one in found.suggestions]
    ['unique', 'matches_format']
    """
    parsed = sample.parsed()
    columns = typed_columns(parsed)
    return Suggested(
        parsed.subject,
        len(parsed.rows),
        parsed.total,
        parsed.unparsed,
        tuple(columns),
        tuple(proposals(columns)),
    )

"""Hold rows of a table or a source that suggestions rest on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lakesmith.columns import CORRUPT_RECORD, RESCUED


@dataclass(frozen=True)
class Sample:
    """Some rows.

    Parameters
    ----------
    subject : str
        What they are of, such as ``silver.orders, version 3``.
    kinds : mapping of str to str
        The columns and their types as `simpleString`.
    rows : sequence of mapping
    total : int, optional
        How many rows there are; None where that is not known.
    secret : frozenset of str
        Columns of which no value may be shown.
    unparsed : int
        Rows that were left out since they could not be parsed.
    """

    subject: str
    kinds: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    total: int | None = None
    secret: frozenset[str] = field(default_factory=frozenset)
    unparsed: int = 0

    def parsed(self) -> Sample:
        """Return the sample without the rows that could not be parsed.

        Examples
        --------
        >>> torn = {"id": None, "_rescued": '{"_corrupt_record": "1;"}'}
        >>> found = Sample("a", {"id": "string"}, [{"id": "1", "_rescued": None}, torn]).parsed()
        >>> len(found.rows), found.unparsed
        (1, 1)
        """
        whole = [row for row in self.rows if not _is_corrupt(row)]
        unparsed = len(self.rows) - len(whole)
        return replace(self, rows=whole, unparsed=unparsed)


def _is_corrupt(row: Mapping[str, Any]) -> bool:
    rescued = row.get(RESCUED)
    if not isinstance(rescued, str):
        return False
    try:
        fields = json.loads(rescued)
    except ValueError:
        return True
    return isinstance(fields, dict) and CORRUPT_RECORD in fields

"""Define a suggested check and what it rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Suggestion:
    """A check that no row of the sample contradicts.

    Parameters
    ----------
    check : mapping
        As in a spec.
    support : str
        What it rests on.
    is_firm : bool
        False where that is few rows: it is written as a comment.
    """

    check: Mapping[str, Any]
    support: str
    is_firm: bool = True


def check_id(column: str, suffix: str) -> str:
    """Return the id of a check of a column.

    Examples
    --------
    >>> check_id("InvoiceNo", "range")
    'invoiceno_range'
    """
    name = re.sub("[^a-z0-9_]", "_", column.lower())
    return f"{name[:100]}_{suffix}"


def spaced(count: int) -> str:
    """Return a count with blanks between thousands.

    Examples
    --------
    >>> spaced(1234567)
    '1 234 567'
    """
    return f"{count:,}".replace(",", " ")


def of_rows(part: int, rows: int, noun: str = "rows") -> str:
    """Return how many of all it is, with the share where it is not all.

    Examples
    --------
    >>> of_rows(10000, 10000), of_rows(1, 8, "values")
    ('10 000 of 10 000 rows', '1 of 8 values (12.5 %)')
    """
    text = f"{spaced(part)} of {spaced(rows)} {noun}"
    if part == rows:
        return text
    percent = 100 * part / rows
    return f"{text} ({percent:.3g} %)"

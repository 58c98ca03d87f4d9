"""Define what a database does in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Order = Literal["number", "time"]


@dataclass(frozen=True)
class Dialect:
    """Say how a database is reached, and how it spells names, values and times.

    Parameters
    ----------
    driver : str
        The class of its JDBC driver.
    package : str
        The Maven coordinate of the driver.
    port : int
    begin : str
        SQL that each connection runs first, so that values have one spelling.
    marks : mapping of str to str
        Types of a column by which new rows are known, each with ``number`` or ``time``.
    type_of, text, earlier, in_future, quantiles : callable
        Return SQL for the type of a value, for its text, for a value less an overlap, for whether a
        time is more than a day ahead, and for the values at some shares of the rows as JSON.
    """

    driver: str
    package: str
    port: int
    begin: str
    marks: Mapping[str, Order]
    type_of: Callable[[str], str]
    text: Callable[[str], str]
    earlier: Callable[[str, str], str]
    in_future: Callable[[str], str]
    quantiles: Callable[[str, str], str]

    def name(self, name: str) -> str:
        """Return a name in quotes.

        Examples
        --------
        >>> from lakesmith.sources.jdbc.dialects import DIALECTS
        >>> DIALECTS["postgresql"].name("unit price")
        '"unit price"'
        """
        return _quoted(name, '"')

    def value(self, text: str) -> str:
        """Return a text as a literal.

        Examples
        --------
        >>> from lakesmith.sources.jdbc.dialects import DIALECTS
        >>> DIALECTS["postgresql"].value("O'Neil")
        "'O''Neil'"
        """
        return _quoted(text, "'")


def _quoted(text: str, mark: str) -> str:
    doubled = text.replace(mark, mark * 2)
    return f"{mark}{doubled}{mark}"

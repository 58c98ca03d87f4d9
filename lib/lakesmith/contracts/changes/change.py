"""Define a change that breaks consumers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """Hold what of a table was otherwise.

    Parameters
    ----------
    key : str
        Key path within the spec of the table.
    subject : str
        What changed, such as ``column 'price'``.
    aspect : str
        What of it, such as ``type``; empty for the subject itself.
    was, now : str

    Examples
    --------
    >>> print(Change("columns.price.type", "column 'price'", "type", "int", "string"))
    column 'price': type was int, is string
    """

    key: str
    subject: str
    aspect: str
    was: str
    now: str

    def __str__(self) -> str:
        """Return the change on one line."""
        aspect = f"{self.aspect} " if self.aspect else ""
        change = f"was {self.was}, is {self.now}"
        return f"{self.subject}: {aspect}{change}"


def shown(value: object) -> str:
    """Return a value of a spec as a message shows it.

    Examples
    --------
    >>> shown(None), shown(("a", "b")), shown(5)
    ('not set', 'a, b', '5')
    """
    if value is None or value == ():
        return "not set"
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))
    return str(value)

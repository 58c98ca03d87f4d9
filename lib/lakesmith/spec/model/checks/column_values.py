"""Compare the values that a check names with the type of its column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lakesmith.spec.values.check_literals import Value, comparable
from lakesmith.spec.yaml.provenance import Finding

_HINTS = {
    "string": "quote it: text is compared with text",
    "boolean": "write true or false, unquoted",
    "date": "write it as '2024-01-31', quoted",
    "timestamp": "write it as '2024-01-31 08:00:00' or '2024-01-31T08:00:00Z', quoted",
    "timestamp_ntz": "write it as '2024-01-31 08:00:00', quoted, without a zone",
}


def value_findings(values: Mapping[str, Value], kind: str) -> Iterator[Finding]:
    """Find the values that no column of a type can be compared with.

    Parameters
    ----------
    values : mapping of str to value
        What the check names, by its key.
    kind : str
        Type of the column; nothing is found when it is empty.

    Yields
    ------
    Finding

    Examples
    --------
    >>> [one.what for one in value_findings({"values.0": 1, "values.1": "b"}, "string")]
    ['1 is not a string']
    """
    for key, value in values.items() if kind else ():
        try:
            comparable(value, kind)
        except ValueError as error:
            yield Finding("LS144", key, str(error), _hint(kind, str(error)))


def _hint(kind: str, problem: str) -> str:
    if "compared" in problem:
        return "check a part of it by a step"
    return _HINTS.get(kind, "write a number")

"""Propose the format of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lakesmith.quality.values.format_patterns import has_format
from lakesmith.suggest.proposals.registry import proposal
from lakesmith.suggest.suggestion import Suggestion, check_id, spaced

if TYPE_CHECKING:
    from lakesmith.suggest.typed import TypedColumn

# The narrower format comes first.
_FORMATS = ("uuid", "email", "url", "iban", "ipv4", "ipv6", "ip")


@proposal
def text_formats(columns: Sequence[TypedColumn]) -> Iterator[Suggestion]:
    """Propose the narrowest format that all texts of a column have."""
    for column in columns:
        found = format_of(column)
        if found:
            check = {
                "id": check_id(column.name, "format"),
                "check": "matches_format",
                "column": column.name,
                "format": found,
                "on_fail": "warn",
            }
            count = spaced(len(column.values))
            support = f"{count} of {count} values are {found}"
            yield Suggestion(check, support, column.has_many)


def format_of(column: TypedColumn) -> str:
    """Return the format that all texts of a column have, or nothing.

    Examples
    --------
    >>> from lakesmith.suggest.typed import TypedColumn
    >>> format_of(TypedColumn("ip", "string", "string", "string", ("::1", "1.2.3.4"), 2))
    'ip'
    """
    if column.kind != "string" or not column.values:
        return ""
    texts = set(column.values)
    for name in _FORMATS:
        if all(has_format(text, name) for text in texts):
            return name
    # A number is JSON too, of which nobody would say so.
    is_nested = all(text.lstrip()[:1] in ("{", "[") for text in texts)
    if is_nested and all(has_format(text, "json") for text in texts):
        return "json"
    return ""

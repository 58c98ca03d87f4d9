"""Take a page of an API apart."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakesmith.sources.files.documents.json import json_records

if TYPE_CHECKING:
    from lakesmith.spec.model.http import HttpSource

_NEXT = re.compile(r"<([^>]*)>\s*;[^,<]*\brel\s*=\s*\"?[^\",;]*\bnext\b", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """An answer, with its records as they are spelled."""

    content: bytes
    records: tuple[str, ...]
    link: str | None = None

    def value(self, keys: str) -> str | None:
        """Return the text of a value of the answer, None for NULL and one that is not there.

        Examples
        --------
        >>> page = Page(b'{"meta": {"next": 7, "more": null}}', ())
        >>> page.value("meta.next"), page.value("meta.more"), page.value("next.meta")
        ('7', None, None)
        """
        return value_of(json.loads(self.content, parse_int=str, parse_float=str), keys)


def page_of(content: bytes, links: str, source: HttpSource) -> Page:
    """Return an answer as a page.

    Raises
    ------
    UnreadableError
        When it is no JSON, or has no records where the source says.

    Examples
    --------
    >>> from lakesmith.spec.model.http import HttpSource
    >>> source = HttpSource(url="https://api.example.com", columns=("id",), records="rows")
    >>> page = page_of(b'{"rows": [{"id": 1.50}]}', '</v1?page=2>; rel="next"', source)
    >>> page.records, page.link
    (('{"id":1.50}',), '/v1?page=2')
    """
    keys = source.records.split(".") if source.records else ()
    records = tuple(json_records([content], keys))
    found = _NEXT.search(links)
    return Page(content, records, found[1] if found else None)


def value_of(data: Any, keys: str) -> str | None:
    """Return the text at a path of keys, None for NULL, for false, and where nothing is.

    Examples
    --------
    >>> value_of({"meta": {"at": "2024-01-01"}}, "meta.at")
    '2024-01-01'
    """
    for key in keys.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return None if data is None or data is False else str(data)

"""What stands for a value that a change event leaves out: the placeholder in each form that Debezium gives it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from hashlib import md5
from uuid import UUID


def forms_of(placeholders: Iterable[str]) -> tuple[str, ...]:
    """Return all texts that say that a value was left out.

    Parameters
    ----------
    placeholders : iterable of str
        Values of Debezium's ``unavailable.value.placeholder``.

    Returns
    -------
    tuple of str
        Each placeholder, its bytes as base64 (also the one for URLs) and as hex, and as array of text, of bytes, of
        the numbers of its bytes, of an UUID, and as a map of itself, in JSON with and without blanks.

    Notes
    -----
    Follows the connector of PostgreSQL, `UnchangedToastedPlaceholder`, and its `binary.handling.mode`.

    Examples
    --------
    >>> forms_of(["__x"])[:5]
    ('__x', 'X194', '5f5f78', '5F5F78', '["__x"]')
    """
    found: dict[str, None] = {}
    for placeholder in placeholders:
        found.update(dict.fromkeys(_forms(placeholder)))
    return tuple(found)


def _forms(placeholder: str) -> Iterable[str]:
    data = placeholder.encode("utf-8")
    plain = base64.b64encode(data).decode("ascii")
    for_urls = base64.urlsafe_b64encode(data).decode("ascii")
    yield from (placeholder, plain, for_urls, data.hex(), data.hex().upper())
    signed = [byte - 256 if byte > 127 else byte for byte in data]
    uuid = str(UUID(bytes=md5(data, usedforsecurity=False).digest(), version=3))
    nested = ([placeholder], [plain], [uuid], signed, {placeholder: placeholder})
    for value in nested:
        yield json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        yield json.dumps(value, ensure_ascii=False)

"""List the texts that stand for a value which a change event leaves out."""

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
        Each placeholder, its bytes as base64 (also the one for URLs) and as hex, and as array of
        text, of bytes, of the numbers of its bytes, of an UUID, and as a map of itself, in JSON
        with and without blanks.

    Notes
    -----
    Follows the connector of PostgreSQL, `UnchangedToastedPlaceholder`, and its
    `binary.handling.mode`.

    Examples
    --------
    >>> forms_of(["__x"])[:5]
    ('__x', 'X194', '5f5f78', '5F5F78', '["__x"]')
    """
    forms: dict[str, None] = {}
    for placeholder in placeholders:
        forms.update(dict.fromkeys(_forms(placeholder)))

    return tuple(forms)


def _forms(placeholder: str) -> Iterable[str]:
    data = placeholder.encode("utf-8")
    hexadecimal = data.hex()
    yield placeholder
    yield base64.b64encode(data).decode("ascii")
    yield base64.urlsafe_b64encode(data).decode("ascii")
    yield hexadecimal
    yield hexadecimal.upper()

    for value in _nested_forms(placeholder, data):
        yield json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        yield json.dumps(value, ensure_ascii=False)


def _nested_forms(placeholder: str, data: bytes) -> Iterable[object]:
    digest = md5(data, usedforsecurity=False).digest()
    yield [placeholder]
    yield [base64.b64encode(data).decode("ascii")]
    yield [str(UUID(bytes=digest, version=3))]
    yield [byte - 256 if byte > 127 else byte for byte in data]
    yield {placeholder: placeholder}

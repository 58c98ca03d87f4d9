"""Define the patterns of well-known text formats, and recognise text by them without Spark."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
GROUP = "[0-9A-Fa-f]{1,4}"
PATTERNS = {
    # The pattern of HTML's <input type=email>, with a dot in the host.
    "email": rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+",
    "uuid": "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    # RFC 3986, of the schemes that a browser opens, without user and password.
    "url": rf"(?i:https?|ftp)://(?:{_HOST}|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?(?:[/?#][^\s]*)?",
    "ipv4": IPV4,
    "iban": "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}",
}
_SPACED = re.compile(r"[A-Z0-9]{4}(?: [A-Z0-9]{4})*(?: [A-Z0-9]{1,4})?")
_ADDRESS = re.compile("[0-9A-Fa-f:.]+")


def has_format(text: str, name: str) -> bool:
    """Return whether text has a format, as the check `matches_format` decides it.

    Parameters
    ----------
    text : str
    name : str
        Such as ``email``.

    Examples
    --------
    >>> has_format("ann@example.org", "email"), has_format("::1", "ipv6")
    (True, True)
    >>> has_format("GB82 WEST 1234 5698 7654 32", "iban"), has_format("GB00WEST1", "iban")
    (True, False)
    """
    return _FORMATS[name](text)


def _matching(name: str) -> Callable[[str], bool]:
    # Java's \s knows these blanks only, Python's knows more.
    pattern = re.compile(PATTERNS[name], re.ASCII)
    return lambda text: pattern.fullmatch(text) is not None


def _is_ipv6(text: str) -> bool:
    if not _ADDRESS.fullmatch(text):
        return False
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_ip(text: str) -> bool:
    return has_format(text, "ipv4") or _is_ipv6(text)


def _is_iban(text: str) -> bool:
    packed = text.replace(" ", "") if _SPACED.fullmatch(text) else text
    if not re.fullmatch(PATTERNS["iban"], packed):
        return False
    moved = packed[4:] + packed[:4]
    digits = "".join(str(int(sign, 36)) for sign in moved)
    return int(digits) % 97 == 1


def _is_json(text: str) -> bool:
    try:
        json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key comes twice")
    return made


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


_FORMATS: dict[str, Callable[[str], bool]] = {
    **{name: _matching(name) for name in ("email", "uuid", "url", "ipv4")},
    "ipv6": _is_ipv6,
    "ip": _is_ip,
    "iban": _is_iban,
    "json": _is_json,
}

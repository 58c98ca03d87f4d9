"""Find literal secrets in specs, without showing them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lakesmith.spec.yaml.provenance import Finding, KeyPath, dotted

_WORDS = r"passw(?:or)?d|secret|token|api[_-]?key|access[_-]?key|credential"
_SECRET_KEY = re.compile(_WORDS, re.IGNORECASE)
_REFERENCE = re.compile(r"[\w.-]+/[\w./-]+")
_IN_URL = re.compile(
    rf"[a-z][a-z0-9+.-]*://[^\s/?#@:]*:[^\s/?#]*@|[?&;](?:{_WORDS}|pwd)=[^&;\s]",
    re.IGNORECASE,
)
_HINT = "write a reference instead: {secret: scope/key}"


def looks_secret(key: object) -> bool:
    """Return True when a key names a secret.

    Examples
    --------
    >>> looks_secret("db_password"), looks_secret("apiKey"), looks_secret("country")
    (True, True, False)
    """
    return isinstance(key, str) and _SECRET_KEY.search(key) is not None


def secret_findings(tree: Any, path: KeyPath = ()) -> Iterator[Finding]:
    """Find literal secrets in plain data.

    These are values of keys that name a secret, and URLs that contain one.

    Parameters
    ----------
    tree : Any
        Maps, lists and scalars as read from the specs.
    path : tuple
        Key path of `tree`.

    Yields
    ------
    Finding
        LS116, with the key path but without the value.

    Examples
    --------
    >>> tree = {"path": "s3a://bucket/in", "db_password": "hunter2"}
    >>> [finding.key for finding in secret_findings(tree)]
    ['db_password']
    """
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _entry_findings(tree, key, value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from secret_findings(value, (*path, index))
    elif isinstance(tree, str) and _IN_URL.search(tree):
        what = "a URL contains a user and password, or a token"
        yield Finding("LS116", dotted(path), what, _HINT)


def _entry_findings(
    parent: dict[str, Any], key: str, value: Any, path: KeyPath
) -> Iterator[Finding]:
    is_literal = value not in (None, []) and not isinstance(value, dict)
    is_allowed = _is_reference(parent) or _names_a_column(path)
    if is_literal and looks_secret(key) and not is_allowed:
        yield Finding("LS116", dotted(path), f"'{key}' holds a literal secret", _HINT)
    else:
        yield from secret_findings(value, path)


def _is_reference(parent: dict[str, Any]) -> bool:
    value = parent.get("secret")
    if len(parent) != 1 or not isinstance(value, str):
        return False
    return _REFERENCE.fullmatch(value) is not None


def _names_a_column(path: KeyPath) -> bool:
    # Steps of the library map column names, as in `rename: {Token: token}`.
    if "steps" not in path:
        return False
    step = path[path.index("steps") + 2 : -1]
    return bool(step) and ":" not in str(step[0])

"""Secrets in specs: literal values are refused, and never shown."""

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
    """Tell whether a key names a secret.

    Examples
    --------
    >>> looks_secret("db_password"), looks_secret("apiKey"), looks_secret("country")
    (True, True, False)
    """
    return isinstance(key, str) and _SECRET_KEY.search(key) is not None


def secret_findings(tree: Any, path: KeyPath = ()) -> Iterator[Finding]:
    """Find literal secrets in plain data: values of keys that name one, and URLs that carry one.

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
    """
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _entry_findings(tree, key, value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from secret_findings(value, (*path, index))
    elif isinstance(tree, str) and _IN_URL.search(tree):
        yield Finding(
            "LS116",
            dotted(path),
            "a URL carries a user and password, or a token",
            _HINT,
        )


def _entry_findings(
    parent: dict[str, Any], key: str, value: Any, path: KeyPath
) -> Iterator[Finding]:
    is_literal = value not in (None, []) and not isinstance(value, dict)
    if (
        is_literal
        and looks_secret(key)
        and not _is_reference(parent)
        and not _names_a_column(path)
    ):
        yield Finding("LS116", dotted(path), f"'{key}' holds a literal secret", _HINT)
    else:
        yield from secret_findings(value, path)


def _is_reference(parent: dict[str, Any]) -> bool:
    value = parent.get("secret")
    return (
        len(parent) == 1
        and isinstance(value, str)
        and _REFERENCE.fullmatch(value) is not None
    )


def _names_a_column(path: KeyPath) -> bool:
    # Library steps map column names (`rename: {Token: token}`); the parameters of a user's function are real keys.
    if "steps" not in path:
        return False
    step = path[path.index("steps") + 2 : -1]
    return bool(step) and ":" not in str(step[0])

"""Resolve the secrets by which a source shows who it is."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.session.secrets import resolve

if TYPE_CHECKING:
    from lakesmith.spec.model.http import Auth, BasicAuth, BearerAuth, HeaderAuth


def auth_headers(auth: Auth, where: str) -> dict[str, str]:
    """Return the headers with the secrets of a source.

    Raises
    ------
    InputError
        LS219 when a secret is not there.

    Examples
    --------
    >>> from lakesmith.spec.model.http import BasicAuth
    >>> auth = BasicAuth(type="basic", user="ann", password={"env": "PATH"})
    >>> list(auth_headers(auth, "sources.orders.auth"))
    ['Authorization']
    """
    return _HEADERS[auth.type](auth, where)


def _bearer(auth: BearerAuth, where: str) -> dict[str, str]:
    token = resolve(auth.token, f"{where}.token")
    return {"Authorization": f"Bearer {token}"}


def _basic(auth: BasicAuth, where: str) -> dict[str, str]:
    user = resolve(auth.user, f"{where}.user")
    password = resolve(auth.password, f"{where}.password")
    both = b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {both}"}


def _header(auth: HeaderAuth, where: str) -> dict[str, str]:
    return {auth.name: resolve(auth.value, f"{where}.value")}


_HEADERS: Mapping[str, Callable[[Any, str], dict[str, str]]] = {
    "bearer": _bearer,
    "basic": _basic,
    "header": _header,
}

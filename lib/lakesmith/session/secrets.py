"""Resolve references to secrets at the time that they are needed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

from lakesmith.errors import InputError


class Reference(Protocol):
    """Where a secret is found, as a spec names it."""

    @property
    def env(self) -> str | None:
        """The environment variable."""

    @property
    def file(self) -> str | None:
        """The file."""

    @property
    def secret(self) -> str | None:
        """The scope and key of Databricks."""

    @property
    def where(self) -> str:
        """The place in words."""


def resolve(value: str | Reference, where: str) -> str:
    """Return a text, or the secret that a reference names.

    Parameters
    ----------
    value : str or Reference
    where : str
        The place in the specs, for messages.

    Raises
    ------
    InputError
        LS219 when there is no such secret.

    Examples
    --------
    >>> from lakesmith.spec.model.secret import SecretRef
    >>> resolve("reader", "sources.orders.user")
    'reader'
    >>> resolve(SecretRef(env="NO_SUCH_SECRET"), "sources.orders.password")
    Traceback (most recent call last):
    ...
    lakesmith.errors.InputError: LS219 the environment variable NO_SUCH_SECRET is not set
      where: sources.orders.password
      next:  give the secret to the process that runs lakesmith
    """
    if isinstance(value, str):
        return value
    found, problem = _look_up(value)
    if not found:
        raise InputError(
            f"{value.where} {problem}",
            code="LS219",
            where=where,
            hint="give the secret to the process that runs lakesmith",
        )
    return found


def _look_up(ref: Reference) -> tuple[str, str]:
    """Return a secret, or an empty text and why there is none."""
    if ref.env:
        return os.environ.get(ref.env, ""), "is not set"
    if ref.file:
        return _of_file(Path(ref.file))
    return _of_scope(str(ref.secret))


def _of_file(file: Path) -> tuple[str, str]:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n"), "is empty"
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        return "", f"cannot be read: {reason}"


def _of_scope(secret: str) -> tuple[str, str]:
    scope, _, key = secret.partition("/")
    utilities = _databricks()
    if utilities is None:
        return "", "is known on Databricks only"
    found: str = utilities.secrets.get(scope=scope, key=key)
    return found, "is empty"


def _databricks() -> Any:
    """Return the utilities of a Databricks runtime, None elsewhere."""
    try:
        from databricks.sdk.runtime import dbutils  # type: ignore[import-not-found]
    except ImportError:
        return None
    return dbutils

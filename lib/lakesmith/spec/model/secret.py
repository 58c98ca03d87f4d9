"""Define references to secrets, which no spec holds itself."""

from __future__ import annotations

from pydantic import Field, model_validator

from lakesmith.spec.model.base import Model


class SecretRef(Model):
    """Where a secret is found when it is needed.

    Examples
    --------
    >>> SecretRef(env="SHOP_PASSWORD").where
    'the environment variable SHOP_PASSWORD'
    """

    env: str | None = Field(None, description="Environment variable.")
    file: str | None = Field(
        None, description="File with the secret as its only content."
    )
    secret: str | None = Field(
        None,
        pattern=r"^[\w.-]+/[\w./-]+$",
        description="`scope/key` of a Databricks secret scope.",
    )

    @model_validator(mode="after")
    def _names_one(self) -> SecretRef:
        given = [one for one in (self.env, self.file, self.secret) if one]
        if len(given) != 1:
            raise ValueError("one of env, file and secret expected")
        return self

    @property
    def where(self) -> str:
        """The place in words, for messages."""
        if self.env:
            return f"the environment variable {self.env}"
        if self.file:
            return f"the file {self.file}"
        return f"the Databricks secret {self.secret}"

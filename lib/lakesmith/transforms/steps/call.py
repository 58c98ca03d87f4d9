"""Read a step as a spec writes it, and import the function behind it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lakesmith.errors import StepError
from lakesmith.spec.steps import StepRecord, find_step


@dataclass(frozen=True)
class StepCall:
    """One step of a table with its name and its YAML value.

    Examples
    --------
    >>> StepCall("trim", ["code"]).options()
    {'columns': ['code']}
    """

    name: str
    value: Any = None

    @property
    def record(self) -> StepRecord | None:
        """The record of the step, None for a function of the user and an unknown name."""
        return find_step(self.name)

    @property
    def is_user_function(self) -> bool:
        """Whether the step is a function of the user."""
        return ":" in self.name

    def options(self) -> dict[str, Any]:
        """Return the options by name.

        Raises
        ------
        StepError
            LS306 when the value is not a mapping where one is needed.
        """
        if self.value is None:
            return {}
        if self.record and self.record.whole:
            return {self.record.whole: self.value}
        if not isinstance(self.value, dict) or not all(
            isinstance(key, str) for key in self.value
        ):
            raise StepError(
                f"step '{self.name}' needs its options as a mapping",
                code="LS306",
                hint="{option: value}",
            )

        return dict(self.value)


def read_step(step: str | Mapping[str, Any]) -> StepCall:
    """Read a step as a spec writes it.

    Parameters
    ----------
    step : str or mapping
        ``name``, ``{name: value}``, ``module:function`` or
        ``{module:function: {option: value}}``.

    Returns
    -------
    StepCall

    Raises
    ------
    StepError
        LS306 when it is none of these.

    Examples
    --------
    >>> read_step({"trim": ["code"]})
    StepCall(name='trim', value=['code'])
    """
    if isinstance(step, str):
        return StepCall(step)
    if len(step) != 1:
        raise StepError(
            f"a step has one name, found {len(step)}: {', '.join(map(str, step))}",
            code="LS306",
            hint="one step an item of the list: `- name` or `- name: options`",
        )

    ((name, value),) = step.items()

    return StepCall(str(name), value)


def import_function(name: str) -> Any:
    """Import a function by its module and name.

    Examples
    --------
    >>> import_function("math:floor")(2.5)
    2
    """
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)

"""A step as a spec writes it: a library step or a function of the user, with its options."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lakesmith.errors import StepError
from lakesmith.transforms.aggregate import aggregate
from lakesmith.transforms.columns import cast, drop, rename, select, with_columns
from lakesmith.transforms.dates import date_parts
from lakesmith.transforms.filters import filter_rows
from lakesmith.transforms.joins import join
from lakesmith.transforms.keys.dedupe import dedupe
from lakesmith.transforms.keys.hash_key import hash_key
from lakesmith.transforms.text import lower, normalize_text, trim, upper
from lakesmith.types import Transform


@dataclass(frozen=True)
class LibraryStep:
    """A step of the library: its factory, and how a spec writes the options.

    `whole` is the parameter that takes the whole YAML value; without it the value is a mapping of options.
    `frames` maps an option that names an input to the parameter that takes its frame.
    `has_sql` says that the texts of the value are SQL.
    """

    factory: Callable[..., Transform]
    whole: str | None = None
    frames: Mapping[str, str] | None = None
    has_sql: bool = False


LIBRARY: dict[str, LibraryStep] = {
    "aggregate": LibraryStep(aggregate, has_sql=True),
    "cast": LibraryStep(cast, whole="columns"),
    "date_parts": LibraryStep(date_parts),
    "dedupe": LibraryStep(dedupe),
    "drop": LibraryStep(drop, whole="columns"),
    "filter": LibraryStep(filter_rows, whole="condition", has_sql=True),
    "hash_key": LibraryStep(hash_key),
    "join": LibraryStep(join, frames={"input": "other"}),
    "lower": LibraryStep(lower, whole="columns"),
    "normalize_text": LibraryStep(normalize_text, whole="columns"),
    "rename": LibraryStep(rename, whole="columns"),
    "select": LibraryStep(select, whole="columns"),
    "trim": LibraryStep(trim, whole="columns"),
    "upper": LibraryStep(upper, whole="columns"),
    "with_columns": LibraryStep(with_columns, whole="columns", has_sql=True),
}


@dataclass(frozen=True)
class StepCall:
    """One step of a table: its name and what the spec says behind it."""

    name: str
    value: Any = None

    @property
    def is_user_function(self) -> bool:
        """Whether the name is ``module:function``."""
        return ":" in self.name

    def options(self) -> dict[str, Any]:
        """Return the options by name.

        Raises
        ------
        StepError
            LS306 when the value is not a mapping where one is needed.
        """
        library = LIBRARY.get(self.name)
        if library and library.whole:
            return {} if self.value is None else {library.whole: self.value}
        if self.value is None:
            return {}
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
        ``name``, ``{name: value}``, ``module:function`` or ``{module:function: {option: value}}``.

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
        hint = "one step an item of the list: `- name` or `- name: options`"
        raise StepError(
            f"a step has one name, found {len(step)}: {', '.join(map(str, step))}",
            code="LS306",
            hint=hint,
        )
    ((name, value),) = step.items()
    return StepCall(str(name), value)


def import_function(name: str) -> Any:
    """Import what ``module:function`` names.

    Examples
    --------
    >>> import_function("math:floor")(2.5)
    2
    """
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)

"""Load what installed packages add by entry points."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from lakesmith.errors import ConfigError, LakesmithError, Problem

Refuse = Callable[[EntryPoint, Exception], LakesmithError]


def load_installed(
    group: str, refuse: Refuse, name: str | None = None
) -> Iterator[tuple[EntryPoint, Any]]:
    """Yield the entry points of a group, each with the object that it names.

    Parameters
    ----------
    group : str
        Such as ``lakesmith.steps``.
    refuse : callable
        Makes the error of an entry point that cannot be loaded.
    name : str, optional
        Only the entry points of this name.

    Raises
    ------
    LakesmithError
        That `refuse` returns, whatever the code of the package raises.

    Examples
    --------
    >>> list(load_installed("lakesmith.nothing", refused_as("LS112", "the thing")))
    []
    """
    points = entry_points(group=group)
    for point in points if name is None else points.select(name=name):
        try:
            loaded = point.load()
        except LakesmithError:  # it names its cause already
            raise
        # Loading runs code of another package, which may raise anything.
        except Exception as error:
            raise refuse(point, error) from error
        yield point, loaded


def refused_as(code: str, what: str) -> Refuse:
    """Return what makes the error of an entry point that cannot be loaded.

    Examples
    --------
    >>> point = EntryPoint("a", "pkg:A", "lakesmith.steps")
    >>> str(refused_as("LS306", "the step")(point, ImportError("no pkg"))).splitlines()[-3]
    "LS306 the step 'pkg:A' cannot be loaded: no pkg"
    """

    def refuse(point: EntryPoint, error: Exception) -> LakesmithError:
        text = f"{what} '{point.value}' cannot be loaded: {error}"
        hint = f"correct the package, or its entry point in {point.group}"
        return ConfigError([Problem(code, text, key=point.name, hint=hint)])

    return refuse

"""Send the events of a run to its observers."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib.metadata import entry_points
from typing import Protocol

from lakesmith.observe.events import RunEvent

# An installed package adds an observer by an entry point of this group. It names a callable that
# returns an `Observer`, such as its class.
GROUP = "lakesmith.observers"


class Observer(Protocol):
    """Take the events of a run, such as a progress bar, a lineage client or a metrics exporter."""

    def __call__(self, event: RunEvent) -> None:
        """Take one event. It is called in the order of the events, from several threads."""


class Observers:
    """Send each event to every observer.

    Parameters
    ----------
    observers : iterable of Observer

    Notes
    -----
    An observer that raises does not stop the run. The log names it, once for each event.

    Examples
    --------
    >>> from lakesmith.observe.events import RunStarted
    >>> seen = []
    >>> Observers([seen.append])(RunStarted("r1"))
    >>> seen[0].kind
    'run_started'
    """

    def __init__(self, observers: Iterable[Observer] = ()) -> None:
        self._observers = tuple(observers)

    def __call__(self, event: RunEvent) -> None:
        """Send one event."""
        for observer in self._observers:
            try:
                observer(event)
            except Exception:
                name = getattr(observer, "__qualname__", type(observer).__qualname__)
                logger = logging.getLogger("lakesmith")
                logger.exception("the observer %s failed on %s", name, event.kind)


def installed_observers() -> tuple[Observer, ...]:
    """Return an observer of each installed package that has one."""
    return tuple(point.load()() for point in entry_points(group=GROUP))

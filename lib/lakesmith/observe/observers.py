"""Send the events of a run to its observers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from lakesmith.errors import render

if TYPE_CHECKING:
    from lakesmith.observe.events import RunEvent

# An installed package adds an observer by an entry point of this group. It names a callable that
# returns an `Observer`, such as its class.
GROUP = "lakesmith.observers"


class Observer(Protocol):
    """Take the events of a run, such as a progress bar, a lineage client or a metrics exporter."""

    def __call__(self, event: RunEvent) -> None:
        """Take one event. Events come one at a time, from several threads."""


class Observers:
    """Send each event to every observer.

    Parameters
    ----------
    observers : iterable of Observer

    Notes
    -----
    An observer that raises does not stop the run. A warning names it for each event (LS702).

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
        self._one_at_a_time = Lock()

    def __call__(self, event: RunEvent) -> None:
        """Send one event."""
        with self._one_at_a_time:
            for observer in self._observers:
                self._send(observer, event)

    def _send(self, observer: Observer, event: RunEvent) -> None:
        try:
            observer(event)
        except Exception as error:
            _warn(f"the observer {_name(observer)} failed on {event.kind}", error)


NO_OBSERVERS = Observers()


def installed_observers() -> tuple[Observer, ...]:
    """Return an observer of each installed package that has one.

    One that cannot be created is named in a warning (LS702).

    Examples
    --------
    >>> installed_observers()
    ()
    """
    return tuple(_installed())


def _installed() -> Iterator[Observer]:
    for point in entry_points(group=GROUP):
        try:
            yield point.load()()
        except Exception as error:
            _warn(f"the observer {point.value} cannot be created", error)


def _name(observer: Observer) -> str:
    named = observer if hasattr(observer, "__qualname__") else type(observer)
    module = getattr(named, "__module__", None)
    if module:
        return f"{module}.{named.__qualname__}"
    return str(named.__qualname__)


def _warn(what: str, error: Exception) -> None:
    text = f"{what}: {type(error).__name__}: {error}".partition("\n")[0]
    hint = "correct or remove the observer; the run goes on without it"
    logging.getLogger("lakesmith").warning(render("LS702", text, hint=hint))

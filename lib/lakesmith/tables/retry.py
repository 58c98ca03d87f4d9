"""Plan and run a write again when another writer's commit came in between."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from typing import TypeVar

from lakesmith.errors import WriteError

TRIES = 4
SECONDS = 0.5
Result = TypeVar("Result")
# Delta's own words, the same from a Spark of this process and over Spark Connect.
CONFLICT = re.compile(
    r"DELTA_CONCURRENT_(APPEND|DELETE_READ|DELETE_DELETE|WRITE)|DELTA_(METADATA|PROTOCOL)_CHANGED"
    r"|Concurrent(Append|DeleteRead|DeleteDelete|Write)Exception|(Metadata|Protocol)ChangedException"
)


def is_conflict(error: BaseException) -> bool:
    """Return True where a write failed only because another commit came first.

    Examples
    --------
    >>> (is_conflict(RuntimeError("[DELTA_CONCURRENT_APPEND.WITHOUT_HINT] ...")),
    ...  is_conflict(RuntimeError("disk full")))
    (True, False)
    """
    if isinstance(error, WriteError):
        return error.code == "LS506"
    return CONFLICT.search(f"{type(error).__name__} {error}") is not None


def retried(
    action: Callable[[], Result], before_again: Callable[[], object], tries: int = TRIES
) -> Result:
    """Run a write, and again where it meets another writer's commit.

    Parameters
    ----------
    action : callable
        Plans and writes; looks for its own commit before it fails.
    before_again : callable
        Called before each further try; what it raises ends them.
    tries : int

    Raises
    ------
    Exception
        Whatever `action` raised that is no conflict, or the conflict of the last try.

    Notes
    -----
    Waits between two tries for a random time, of half a second at most before the second try and
    the double before each further one.

    Examples
    --------
    >>> retried(lambda: "written", before_again=lambda: None)
    'written'
    """
    for number in range(1, tries):
        try:
            return action()
        except Exception as error:
            if not is_conflict(error):
                raise
        before_again()
        time.sleep(random.uniform(0, SECONDS * 2 ** (number - 1)))  # noqa: S311 no secret
    return action()

"""Find what writes for a strategy, in Lakesmith or in an installed package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakesmith.spec import strategies as declared
from lakesmith.spec.installed import load_installed, refused_as

if TYPE_CHECKING:
    from lakesmith.batch.write.strategies.base import Strategy
    from lakesmith.spec.model import Write

_strategies: dict[str, Strategy[Any]] = {}


def register(strategy: Strategy[Any]) -> None:
    """Add a strategy for specs and for writing.

    Examples
    --------
    >>> from lakesmith.spec.model import Write
    >>> from lakesmith.batch.write.strategies.append import Append
    >>> register(Append())
    >>> Write(strategy="append").emits
    'appends'
    """
    declared.register(strategy.declaration)
    _strategies[strategy.declaration.name] = strategy


def strategy_of(write: Write) -> Strategy[Any]:
    """Return what writes for the settings of a table.

    Examples
    --------
    >>> from lakesmith.spec.model import Write
    >>> type(strategy_of(Write(strategy="append"))).__name__
    'Append'
    """
    if write.strategy not in _strategies:
        refuse = refused_as("LS174", "the write strategy")
        for _, strategy in load_installed(declared.GROUP, refuse):
            register(strategy)
    return _strategies[write.strategy]

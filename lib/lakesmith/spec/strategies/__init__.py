"""Declare the write strategies, what each takes and what it means to readers downstream."""

from lakesmith.spec.strategies.declaration import Declaration
from lakesmith.spec.strategies.registry import (
    GROUP,
    declaration_of,
    register,
    strategy_names,
)

__all__ = ["GROUP", "Declaration", "declaration_of", "register", "strategy_names"]

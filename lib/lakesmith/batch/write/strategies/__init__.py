"""Write a batch as its table's strategy does, each strategy in a module of its name.

A strategy of a user is registered with `register`, or found by an entry point of the group
``lakesmith.strategies``.
"""

from lakesmith.batch.write.strategies.base import PlainStrategy, Strategy, WritePlan
from lakesmith.batch.write.strategies.registry import register, strategy_of

__all__ = ["PlainStrategy", "Strategy", "WritePlan", "register", "strategy_of"]

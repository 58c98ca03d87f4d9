"""Hold the write strategies, each in a module of its name, and what several of them share.

Importing this package registers the strategies of Lakesmith. One of a user is registered with
`register`, or found by an entry point of the group ``lakesmith.strategies``.
"""

from lakesmith.batch.write.strategies.aggregate import Aggregate
from lakesmith.batch.write.strategies.append import Append
from lakesmith.batch.write.strategies.base import PlainStrategy, Strategy, WritePlan
from lakesmith.batch.write.strategies.cdc import Cdc
from lakesmith.batch.write.strategies.registry import register, strategy_of
from lakesmith.batch.write.strategies.replace_all import ReplaceAll
from lakesmith.batch.write.strategies.replace_partitions import ReplacePartitions
from lakesmith.batch.write.strategies.scd2 import Scd2
from lakesmith.batch.write.strategies.snapshot import Snapshot
from lakesmith.batch.write.strategies.upsert import Upsert

__all__ = ["PlainStrategy", "Strategy", "WritePlan", "register", "strategy_of"]

register(Append())
register(Upsert())
register(Scd2())
register(Snapshot())
register(Cdc())
register(ReplacePartitions())
register(ReplaceAll())
register(Aggregate())

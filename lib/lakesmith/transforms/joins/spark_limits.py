"""Read the sizes up to which Spark itself avoids the shuffle of a join."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import SparkSession

from lakesmith.types import family

_RUNTIME = "spark.sql.optimizer.runtime.bloomFilter"
_UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_SIZE = re.compile(r"(-?\d+)\s*([bkmgt]?)b?", re.I)
# What Spark takes a value for where it has no statistics.
_BYTES = {
    "boolean": 1, "tinyint": 1, "smallint": 2, "int": 4, "float": 4, "date": 4,
    "bigint": 8, "double": 8, "timestamp": 8, "timestamp_ntz": 8, "decimal": 16,
    "binary": 100,
}  # fmt: skip
_OTHER_BYTES = 20
_ROW_BYTES = 8


@dataclass(frozen=True)
class SparkLimits:
    """Hold Spark's own thresholds of joins, in bytes.

    Parameters
    ----------
    broadcast : int
        Up to it a side is sent to every worker; none with -1.
    creation : int
        Up to it a side is worth a runtime filter.
    application : int
        From it on the other side is worth it.
    """

    broadcast: int = 10 * 2**20
    creation: int = 10 * 2**20
    application: int = 10 * 2**30


def read_limits(session: SparkSession) -> SparkLimits:
    """Read the thresholds of a session.

    Examples
    --------
    >>> read_limits(spark).application == 10 * 2**30
    True
    """
    conf = session.conf
    return SparkLimits(
        byte_size(conf.get("spark.sql.autoBroadcastJoinThreshold", "10MB")),
        byte_size(conf.get(f"{_RUNTIME}.creationSideThreshold", "10MB")),
        byte_size(conf.get(f"{_RUNTIME}.applicationSideScanSizeThreshold", "10GB")),
    )


def byte_size(text: str | None) -> int:
    """Return a size that a setting of Spark gives, in bytes.

    Examples
    --------
    >>> byte_size("10MB"), byte_size("64m"), byte_size("-1"), byte_size("10485760b")
    (10485760, 67108864, -1, 10485760)
    """
    plain = (text or "").strip()
    found = _SIZE.fullmatch(plain)
    if not found:
        return -1

    number, unit = found.groups()
    return int(number) * _UNITS[unit.lower()]


def row_bytes(kinds: Mapping[str, str]) -> int:
    """Return how many bytes Spark takes a row for.

    Examples
    --------
    >>> row_bytes({"id": "bigint", "name": "string"})
    36
    """
    sizes = [_BYTES.get(family(kind), _OTHER_BYTES) for kind in kinds.values()]
    return _ROW_BYTES + sum(sizes)


def join_tasks(session: SparkSession) -> int:
    """Return how many tasks a shuffled join has before Spark merges small ones.

    Examples
    --------
    >>> join_tasks(spark) > 0
    True
    """
    conf = session.conf
    usual = conf.get("spark.sql.shuffle.partitions", "200")
    first = "spark.sql.adaptive.coalescePartitions.initialPartitionNum"
    return int(conf.get(first, usual) or usual or 200)

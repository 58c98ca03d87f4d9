"""Read the statistics of a table on a local path from its log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pyspark.errors import PySparkException
from pyspark.sql.types import StructType

from lakesmith.tables.delta_log.actions import read_actions
from lakesmith.tables.delta_log.checkpoints import checkpoint_actions
from lakesmith.tables.delta_log.listing import LogFiles, log_files
from lakesmith.tables.delta_log.snapshot import Snapshot
from lakesmith.tables.statistics.model import Field, File, TableStatistics

if TYPE_CHECKING:
    from pathlib import Path

    from lakesmith.tables.delta_log.actions import Action

# With these the log of a version still says which rows it has.
_FEATURES = frozenset(
    {
        "columnMapping",
        "deletionVectors",
        "timestampNtz",
        "typeWidening",
        "typeWidening-preview",
        "v2Checkpoint",
        "vacuumProtocolCheck",
        "variantType",
    }
)
_MAPPED = "delta.columnMapping.physicalName"


def table_statistics(root: Path, version: int | None = None) -> TableStatistics | None:
    """Return what the log of a table says of a version.

    Parameters
    ----------
    root : Path
        Directory of the table.
    version : int, optional
        The newest when left out.

    Returns
    -------
    TableStatistics, optional
        None where the log cannot be read, or has a feature that is not known here.

    Examples
    --------
    >>> from pathlib import Path
    >>> table_statistics(Path("/no/such/table"))
    """
    listed = log_files(root / "_delta_log")
    wanted = listed.head if version is None else version
    if wanted is None:
        return None
    try:
        snapshot = _snapshot(listed, wanted)
        if not _is_known(snapshot.protocol):
            return None
        fields = tuple(_fields(snapshot.metadata))
        files = tuple(map(_file, snapshot.live.values()))
    # A damaged log is left to Spark, which reads the table or says what is wrong with it.
    except (ValueError, LookupError, TypeError, OSError, PySparkException):
        return None
    return TableStatistics(wanted, fields, files)


def _snapshot(listed: LogFiles, version: int) -> Snapshot:
    known = [number for number in listed.checkpoints if number <= version]
    snapshot = Snapshot()
    for action in _actions(listed, max(known, default=-1), version):
        snapshot.apply(action)
    return snapshot


def _actions(listed: LogFiles, base: int, version: int) -> Iterator[Action]:
    for file in listed.checkpoints.get(base, ()):
        yield from checkpoint_actions(file)
    for number in range(base + 1, version + 1):
        yield from read_actions(listed.commit(number))


def _is_known(protocol: Mapping[str, Any]) -> bool:
    named = protocol.get("readerFeatures") or ()
    features = set(named)
    is_old_enough = protocol["minReaderVersion"] <= 3
    return is_old_enough and features <= _FEATURES


def _fields(metadata: Mapping[str, Any]) -> Iterator[Field]:
    partitions = metadata.get("partitionColumns") or ()
    written = json.loads(metadata["schemaString"])
    for field in StructType.fromJson(written).fields:
        mapped = field.metadata or {}
        yield Field(
            name=field.name,
            kind=field.dataType.simpleString(),
            physical=mapped.get(_MAPPED, field.name),
            is_partition=field.name in partitions,
        )


def _file(added: Mapping[str, Any]) -> File:
    vector = added.get("deletionVector") or {}
    partition = dict(added.get("partitionValues") or {})
    return File(
        _statistics(added),
        partition,
        deleted=vector.get("cardinality", 0),
        size=added.get("size") or 0,
    )


def _statistics(added: Mapping[str, Any]) -> Mapping[str, Any]:
    text = added.get("stats") or "{}"
    found = json.loads(text, parse_float=Decimal)
    if isinstance(found, dict):
        return found
    return {}

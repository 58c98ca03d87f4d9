"""Read what a stored key filter stands for, and check that it is current.

The newest commit of the filter records the table, its version, key, hash and shape. The filter
counts only when nothing but maintenance happened to the table since that version. A RESTORE,
another table under the same name, another key or another commit on the filter disable it, until
`refresh` catches up or rebuilds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from deltalake import DeltaTable
from pyspark.sql import SparkSession

from lakesmith.sketches.bloom import HASH_VERSION
from lakesmith.sketches.bloom_sizing import Shape
from lakesmith.tables.delta_log.history import Commit, newest_commits
from lakesmith.tables.delta_log.operations import MAINTENANCE

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.tables.ref import TableRef

APP = "lakesmith/keys"
MOST_COMMITS = 1000
_LAST_COMMITS = 10


@dataclass(frozen=True)
class Header:
    """Describe what a stored filter stands for.

    Parameters
    ----------
    table_id : str
    table_version : int
        The version of the table whose keys it has.
    key : mapping of str to str
        Columns of the key and their types.
    partition : sequence of str
    blocks, blocks_per_shard : int
        The shape of its bits.
    fpr : float
        The false positive rate that it was made for.
    capacity : int
        Most keys of a partition at this rate.
    fullest : int
        An upper bound of the keys in the fullest partition.
    parts : int
        How many commits hold the bits.
    hash_version : int
    """

    table_id: str
    table_version: int
    key: Mapping[str, str]
    partition: Sequence[str]
    blocks: int
    blocks_per_shard: int
    fpr: float
    capacity: int
    fullest: int
    parts: int = 1
    hash_version: int = HASH_VERSION

    @property
    def shape(self) -> Shape:
        """The shape of its bits.

        Examples
        --------
        >>> header = Header("t", 3, {"id": "int"}, [], 100, 100, 0.01, 2000, 1500)
        >>> header.shape.blocks
        100
        """
        return Shape(self.blocks, self.blocks_per_shard)

    @property
    def real_fpr(self) -> float:
        """The false positive rate with the keys that are in it, at most.

        Examples
        --------
        >>> header = Header("t", 3, {"id": "int"}, [], 100, 100, 0.01, 2440, 2440)
        >>> round(header.real_fpr, 3)
        0.01
        """
        return self.shape.fpr(max(self.fullest, 1))

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> Header | None:
        """Read a header from commit metadata, None where the commit holds no filter.

        Examples
        --------
        >>> Header.from_metadata({"app_id": "another writer"})
        """
        names = [field.name for field in fields(cls)]
        is_filter = metadata.get("app_id") == APP
        if not is_filter or not metadata.keys() >= set(names):
            return None
        return cls(**{name: metadata[name] for name in names})


def trusted_header(
    session: SparkSession, table: TableRef, spec: Table
) -> Header | None:
    """Return the header of a filter that was built from some version of this table, or None."""
    if not table.key_filter.exists(session):
        return None
    commits = newest_commits(session, table.key_filter, _LAST_COMMITS)
    written = (commit for commit in commits if commit.operation not in MAINTENANCE)
    newest = next(written, None)
    header = Header.from_metadata(newest.metadata) if newest else None
    if header is None or header.hash_version != HASH_VERSION:
        return None
    if header.table_id != table_id(session, table):
        return None
    has_same_key = header.key == key_kinds(session, table, spec)
    has_same_parts = list(header.partition) == list(spec.write.partition_by)
    wanted = spec.write.key_filter
    if wanted is None or not (has_same_key and has_same_parts):
        return None
    return header if header.fpr <= wanted.fpr else None


def commits_since(
    session: SparkSession, table: TableRef, header: Header
) -> list[Commit] | None:
    """Return the commits on the table that the filter lacks, or None where they are unknown."""
    (newest,) = newest_commits(session, table, 1)
    behind = newest.version - header.table_version
    if behind in (0, 1):
        return [newest] * behind
    is_known = 0 < behind <= MOST_COMMITS
    found = newest_commits(session, table, behind) if is_known else []
    return found if len(found) == behind else None


def is_maintained(commits: Sequence[Commit]) -> bool:
    """Return whether nothing but maintenance happened.

    Examples
    --------
    >>> is_maintained([Commit(3, 0, "OPTIMIZE", {}, {})])
    True
    >>> is_maintained([Commit(3, 0, "WRITE", {}, {})])
    False
    """
    return all(commit.operation in MAINTENANCE for commit in commits)


def usable_filter(session: SparkSession, table: TableRef, spec: Table) -> Header | None:
    """Return what the stored filter stands for, or None where it must not be asked.

    Notes
    -----
    No Spark job on a local path.
    """
    header = trusted_header(session, table, spec)
    if header is None:
        return None
    commits = commits_since(session, table, header)
    if commits is not None and is_maintained(commits):
        return header
    return None


def key_kinds(session: SparkSession, table: TableRef, spec: Table) -> dict[str, str]:
    """Return the columns of the key and of the partition with their types."""
    kinds = dict(table.load(session).dtypes)
    columns = (*spec.write.keys, *spec.write.partition_by)
    names = dict.fromkeys(columns)
    return {name: kinds[name] for name in names}


def table_id(session: SparkSession, table: TableRef) -> str:
    """Return the id that Delta gave a table, which another one under its name does not have."""
    if table.local is not None:
        return str(DeltaTable(table.location).metadata().id)
    (row,) = session.sql(f"DESCRIBE DETAIL {table.sql_name}").collect()
    return str(row["id"])

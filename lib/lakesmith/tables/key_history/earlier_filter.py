"""Keep a Bloom filter of a key of an appended table, and find the one from before a commit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.tables.upsert.filter_header import (
    Header,
    commits_since,
    is_maintained,
    trusted_header,
)
from lakesmith.tables.upsert.key_filter import refresh

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.spec.model.write import KeyFilter
    from lakesmith.tables.ref import TableRef


@dataclass(frozen=True)
class EarlierFilter:
    """Name the stored filter of a key.

    Parameters
    ----------
    table : TableRef
        Its `key_filter` is that of the key.
    spec : Table
        As if the table were written by the key.
    """

    table: TableRef
    spec: Table

    @classmethod
    def of(
        cls, table: TableRef, spec: Table, keys: Sequence[str], sized: KeyFilter
    ) -> EarlierFilter:
        """Return the filter of some columns of an appended table.

        Examples
        --------
        >>> from lakesmith.spec.model import Table
        >>> from lakesmith.spec.model.write import KeyFilter
        >>> from lakesmith.tables.ref import TableRef
        >>> table = TableRef("bronze.orders", "/lake/bronze/orders")
        >>> spec = Table(from_="sources.orders")
        >>> found = EarlierFilter.of(table, spec, ["id"], KeyFilter())
        >>> found.table.key_filter.name, found.spec.write.keys
        ('bronze.orders__keys_a56145270c', ('id',))
        """
        written = {"keys": tuple(keys), "partition_by": (), "key_filter": sized}
        write = spec.write.model_copy(update=written)
        by_key = spec.model_copy(update={"write": write})
        return cls(
            replace(table, other_key=_suffix(keys)),
            by_key,
        )

    def before(self, session: SparkSession, version: int) -> Header | None:
        """Return what the filter stands for where it has every key from before a commit, or None.

        It may have more keys, such as those of the commit itself.
        """
        header = trusted_header(session, self.table, self.spec)
        if header is None:
            return None
        commits = commits_since(session, self.table, header)
        if commits is None:
            return None
        missed = [commit for commit in commits if commit.version < version]
        return header if is_maintained(missed) else None

    def catch_up(self, session: SparkSession, from_scratch: bool = False) -> None:
        """Add the keys that came since, in one commit on the filter."""
        refresh(
            session,
            self.table,
            self.spec,
            from_scratch,
        )


def _suffix(keys: Sequence[str]) -> str:
    """Return a name of columns that differs where they or their order do."""
    text = "\n".join(keys)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"_{digest[:10]}"

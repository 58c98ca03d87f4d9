"""Options that a table gets when its first commit creates it."""

from __future__ import annotations

from lakesmith.spec.model import Table

RETENTION = {"delta.deletedFileRetentionDuration": "interval 30 days"}


def table_options(spec: Table) -> dict[str, str]:
    """Return the Delta properties of a table, as writer options of its first commit.

    The change feed is on, since tables downstream read changes; it costs nothing on commits that only add files.
    Tables that change rows have deletion vectors on.
    """
    changes_rows = spec.write.strategy == "aggregate" or (
        spec.write.strategy == "upsert" and spec.write.when_matched == "update"
    )
    vectors = {"delta.enableDeletionVectors": "true"} if changes_rows or spec.write.strategy == "upsert" else {}
    return {"delta.enableChangeDataFeed": "true", **vectors, **RETENTION, **spec.properties}

"""Options that a table gets when its first commit creates it."""

from __future__ import annotations

from lakesmith.spec.model import Table

RETENTION = {"delta.deletedFileRetentionDuration": "interval 30 days"}


def table_options(spec: Table) -> dict[str, str]:
    """Return the Delta properties of a table, as writer options of its first commit.

    The change feed is on, since tables downstream read changes; it costs nothing on commits that only add files.
    Upserted tables have deletion vectors on. Aggregated ones have not: Delta's MERGE with deletion vectors fails on a
    source row with a NULL key that matches nothing and is not inserted, as an emptied group may be.
    """
    vectors = {"delta.enableDeletionVectors": "true" if spec.write.strategy == "upsert" else "false"}
    return {"delta.enableChangeDataFeed": "true", **vectors, **RETENTION, **spec.properties}

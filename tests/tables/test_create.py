from __future__ import annotations

import pytest

from lakesmith.spec.model import Table
from lakesmith.tables.create import table_options

VECTORS = "delta.enableDeletionVectors"


def options(write: dict[str, object], **more: object) -> dict[str, str]:
    return table_options(Table.model_validate({"from": "bronze.a", "write": write, **more}))


@pytest.mark.parametrize(
    ("write", "vectors"),
    [
        ({"strategy": "append"}, False),
        ({"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"]}, True),
        ({"strategy": "upsert", "keys": ["id"], "when_matched": "ignore"}, True),
        ({"strategy": "aggregate", "keys": ["id"]}, False),
    ],
)
def test_only_upserted_tables_have_deletion_vectors(write: dict[str, object], vectors: bool) -> None:
    assert options(write)[VECTORS] == str(vectors).lower()


def test_every_table_has_the_change_feed_and_keeps_files_for_the_rollback_window() -> None:
    made = options({"strategy": "append"})
    assert made["delta.enableChangeDataFeed"] == "true"
    assert made["delta.deletedFileRetentionDuration"] == "interval 30 days"


def test_properties_of_the_spec_win() -> None:
    made = options({"strategy": "append"}, properties={"delta.deletedFileRetentionDuration": "interval 90 days"})
    assert made["delta.deletedFileRetentionDuration"] == "interval 90 days"

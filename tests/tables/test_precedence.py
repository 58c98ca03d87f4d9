"""Which row of a key a MERGE keeps, where the first row stays and where the upstream decides."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.precedence import Precedence
from lakesmith.tables.writes import replace_all, upsert
from lakesmith.testing import frame

DDL = "id int, name string, _seq struct<at: int>, _deleted boolean"
WRITE = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"], "when_matched": "ignore"}
SPEC = Table.model_validate({"from": "bronze.a", "write": WRITE})


@pytest.mark.parametrize(("upstream_decides", "tied"), [(False, "b"), (True, "a")])
def test_the_first_row_stays_and_the_upstream_decides_a_tie(
    spark: SparkSession, tmp_path: Path, upstream_decides: bool, tied: str
) -> None:
    table = TableRef("silver.a", str(tmp_path / "a"))
    stored = [(1, "b", (5,), False), (2, "late", (5,), False), (3, "first", (3,), False)]
    batch = [(1, "a", (5,), False), (2, "early", (3,), False), (3, "second", (5,), False)]
    replace_all(frame(spark, DDL, stored), table, SPEC, CommitId("test", 1, "d"))
    upsert(frame(spark, DDL, batch), table, SPEC, None, Precedence.of(SPEC, upstream_decides))
    found = {row["id"]: row["name"] for row in table.load(spark).collect()}
    assert found == {1: tied, 2: "early", 3: "first"}

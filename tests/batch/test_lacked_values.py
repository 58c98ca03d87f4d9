"""An event that lacks a value is refused only where a step computes with it."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.gate.lacked_values import lacks_filtered
from lakesmith.spec.model import Column, Table
from lakesmith.testing import frame

COLUMNS = {name: Column(type="string") for name in ("k", "q", "v", "net")}


@pytest.mark.parametrize(("made_of", "lacks"), [("upper(q)", False), ("upper(v)", True), ("concat(q, v)", True)])
def test_a_filter_asks_what_its_columns_are_made_of(spark: SparkSession, made_of: str, lacks: bool) -> None:
    steps = ({"with_columns": {"net": made_of}}, {"filter": "net <> 'A'"})
    table = Table(from_="bronze.orders", columns=COLUMNS, steps=steps)
    # Where a value is left out, what steps make is noted as left out too.
    rows = frame(spark, "k string, _kept array<string>", [("a", ["v", "net"])])
    condition = lacks_filtered(table, rows)
    assert condition is not None
    assert rows.select(condition).collect() == [(lacks,)]

"""A source of a package of its own: the numbers up to the setting `last`, as text."""

from __future__ import annotations

from typing import Literal

from pydantic import PositiveInt
from pyspark.sql import DataFrame, SparkSession

from lakesmith.sources.base import Known, Position, Slice, Slices, Source
from lakesmith.spec.model import SourceSpec


class NumbersSpec(SourceSpec):
    type: Literal["numbers"] = "numbers"
    last: PositiveInt


class Numbers(Source):
    kind = "numbers"
    spec = NumbersSpec

    def has_new(self, position: Position, known: Known) -> bool:
        return self.settings.last > position.get("to", 0)

    def next_slice(self, spark: SparkSession, position: Position, known: Known) -> Slices:
        if not self.has_new(position, known):
            return Slices()
        return Slices(self.slice(since=position.get("to", 0), to=self.settings.last))

    def read(self, session: SparkSession, piece: Slice) -> DataFrame:
        rows = session.range(piece.data["since"] + 1, piece.data["to"] + 1)
        nothing = "CAST(NULL AS STRING)"
        return rows.selectExpr("CAST(id AS STRING) AS number", f"{nothing} AS _rescued", f"{nothing} AS _source_file")

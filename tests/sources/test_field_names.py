from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from pyspark.sql import SparkSession

from lakesmith.sources.files.formats import format_of
from lakesmith.spec.model import FilesSource
from tests.sources.landed import B, Landed, lands_each

IsRead = Callable[[Landed], None]
NAMES = {"field_names": {"id": ["Order ID", "@id"], "name": "Kundenname.é"}}
CSV = {"format": "csv", **NAMES}
JSON = {"format": "json", **NAMES}
OPTIONAL = CSV | {"optional_columns": ("name",)}


@lands_each({
    "blanks, dots and accents": Landed("Order ID,Kundenname.é\n2,b\n".encode(), [B], "a.csv", CSV),
    "another order and case": Landed("KUNDENNAME.É,@ID\nb,2\n".encode(), [B], "a.csv", CSV),
    "the column's own name is another field": Landed("@id,name,Kundenname.é\n2,x,b\n".encode(), [("2", "b", '{"name":"x"}')], "a.csv", CSV),
    "an optional one is absent": Landed(b"@id\n2\n", [("2", None, None)], "a.csv", OPTIONAL),
})  # fmt: skip
def test_csv_fields_have_other_names(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_each({
    "either name": Landed('{"Order ID":2,"Kundenname.é":"b"}\n{"@id":2,"kundenname.É":"b"}'.encode(), [B, B], "a.json", JSON),
    "the column's own name is another field": Landed('{"@id":2,"id":7,"Kundenname.é":"b"}'.encode(), [("2", "b", '{"id":"7"}')], "a.json", JSON),
    "both names": Landed(b'{"@id":2,"Order ID":3}', [(None, None, r'{"_corrupt_record":"{\"@id\":2,\"Order ID\":3}"}')], "a.json", JSON),
})  # fmt: skip
def test_json_fields_have_other_names(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_each({
    "csv": Landed(b"id,name\n2,-\n2,N/A\n2, -\n-,n/a\n", [("2", None, None), ("2", None, None), ("2", " -", None), (None, "n/a", None)], "a.csv", {"null_values": ["N/A", "-"]}),
    "json": Landed(b'{"id":0,"name":"-"}\n{"id":2,"name":"b"}', [(None, "-", None), B], "a.json", {"format": "json", "null_values": ["0"]}),
})  # fmt: skip
def test_texts_that_stand_for_null(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def test_parquet_fields_have_other_names(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "a.parquet")
    pq.write_table(pa.table({"Kundenname.é": ["b"], "Order ID": [2], "id": [7]}), path)
    source = FilesSource(format="parquet", path="in", columns=("id", "name"), field_names=NAMES["field_names"])

    assert format_of(source).reason_to_park(spark, source, path) == ""
    rows = format_of(source).read(spark, source, [path]).drop("_source_file")
    assert [tuple(row) for row in rows.collect()] == [("2", "b", '{"id":"7"}')]


@pytest.mark.parametrize(("header", "reason"), [
    ("id,name", "column(s) id (field 'order id' or '@id'), name (field 'kundenname.é') missing; the header has id, name"),
    ("@id,Order ID,Kundenname.é", "the header has several fields of column id: order id, @id"),
])  # fmt: skip
def test_a_header_without_its_fields_parks_the_file(
    spark: SparkSession, tmp_path: Path, header: str, reason: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(header, encoding="utf-8")
    source = FilesSource(format="csv", path="in", columns=("id", "name"), field_names=NAMES["field_names"])
    assert format_of(source).reason_to_park(spark, source, str(file)) == reason

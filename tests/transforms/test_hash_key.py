from __future__ import annotations

import hashlib

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.contract import to_contract
from lakesmith.transforms.keys.hash_key import hash_key

FIELDS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
LINE = (
    "536365", "85123A", "WHITE HANGING HEART T-LIGHT HOLDER", "6", "2010-12-01 08:26:00", "2.55", "17850.0",
    "United Kingdom",
)  # fmt: skip
LINE_ID = "49592b6d5cde1f602bddc724318c399d7be8662a2d82edca7dcfa6ce0a537305"


def oracle(values: tuple[str | None, ...]) -> str:
    parts = "".join(f"{len(value)}:{value}" if value else "-;" for value in values)
    return hashlib.sha256(parts.encode()).hexdigest()


def test_the_published_vector_from_the_raw_row(spark: SparkSession) -> None:
    ddl = ", ".join(f"{name} string" for name in (*FIELDS, "_batch_id", "_source_file"))
    df = frame(spark, ddl, [(*LINE, "1", "a.csv")]).transform(to_contract({}))
    assert df.transform(hash_key(name="line_id", of="raw")).first().line_id == LINE_ID


@pytest.mark.parametrize("values", [
    ("a", None), (None, "a"), ("", "a"), ("a", " "), ("1:a", ""), ("é", "e\u0301"), ("😀x", "中"), (None, None),
])  # fmt: skip
def test_as_the_rule_says(spark: SparkSession, values: tuple[str | None, str | None]) -> None:
    df = frame(spark, "a string, b string", [values])
    assert df.transform(hash_key(name="id", of=["a", "b"])).first().id == oracle(values)


def test_empty_text_and_null_are_one_key(spark: SparkSession) -> None:
    rows = frame(spark, "a string, b string, _rescued string", [("", "x", None), (None, "x", '{"u": 1}')])
    keys = rows.transform(to_contract({})).transform(hash_key(name="id", of="raw")).select("id").distinct()
    assert keys.count() == 1


def test_moving_a_border_changes_the_key(spark: SparkSession) -> None:
    df = frame(spark, "a string, b string", [("ab", "c"), ("a", "bc"), ("abc", None), (None, "abc")])
    assert df.transform(hash_key(name="id", of=["a", "b"])).select("id").distinct().count() == 4


def test_other_types_are_cast_to_text(spark: SparkSession) -> None:
    df = frame(spark, "a int, b boolean", [(7, True)])
    assert df.transform(hash_key(name="id", of=["a", "b"])).first().id == oracle(("7", "true"))


def test_raw_must_be_there(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS305 .*: _raw"):
        frame(spark, "a int", [(1,)]).transform(hash_key(name="id"))


def test_values_of_lists_and_structs_have_keys_of_their_own(spark: SparkSession) -> None:
    rows = spark.sql(
        "select array('a', 'b') as v union all select array('a, b') union all select array('null') "
        "union all select array(cast(null as string)) union all select array('a', 'b')"
    )
    assert rows.transform(hash_key(name="k", of=["v"])).select("k").distinct().count() == 4
    structs = rows.selectExpr("struct(v, cast(null as int) as n) as s")
    assert structs.transform(hash_key(name="k", of=["s"])).select("k").distinct().count() == 4

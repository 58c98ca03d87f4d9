"""What a source suggests builds a table without one bad row, and its checks pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import lakesmith
from lakesmith.errors import InputError

WORDS = ("open", "paid", "sent")


def lines(count: int) -> list[str]:
    return [
        f"{number},{WORDS[number % 3]},{number % 50}.{number % 100:02d},2024-01-{1 + number % 28:02d},"
        f"a{number % 9}@b.org,{'yes' if number % 2 else 'NO'},{'' if number % 5 else number}"
        for number in range(count)
    ]


def project(root: Path, *texts: str) -> Path:
    files = {
        "conf/base.yml": "name: shop\n",
        "conf/sources/orders.yml": f"format: csv\npath: {root / 'in'}\ncolumns: [id, status, price, day, mail, ok, num]\n",
        "conf/tables/bronze/orders.yml": "from: sources.orders\n",
        "in/a.csv": "\n".join(["id,status,price,day,mail,ok,num", *texts]) + "\n",
    }
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root / "conf"


def test_a_pasted_suggestion_builds_the_table(spark: SparkSession, tmp_path: Path) -> None:
    conf = project(tmp_path, *lines(500))
    settings = {"warehouse": str(tmp_path / "lake")}
    found = lakesmith.open(conf=conf, overrides=settings).suggest("sources.orders")
    assert (found.rows, found.total) == (500, 500)
    text = found.as_yaml()
    silver = conf / "tables" / "silver" / "orders.yml"
    silver.parent.mkdir()
    silver.write_text(f"from: bronze.orders\n{text}\n")
    lake = lakesmith.open(conf=conf, overrides=settings)
    lake.run()
    rows = lake.table("silver.orders")
    assert dict(rows.dtypes) == {
        "id": "int", "status": "string", "price": "decimal(6,2)", "day": "date", "mail": "string", "ok": "boolean",
        "num": "int",
    }  # fmt: skip
    assert (rows.count(), lake.quarantine("silver.orders").count()) == (500, 0)
    verdicts = {one["check"]: one["status"] for one in lake.quality("silver.orders")}
    assert set(verdicts.values()) == {"pass"}
    assert {"id_unique", "status_known", "mail_format", "price_range", "day_range"} <= set(verdicts)
    bronze = lake.suggest("bronze.orders")
    assert [one.check for one in bronze.suggestions] == [one.check for one in found.suggestions]


def test_a_source_without_a_file_suggests_nothing(spark: SparkSession, tmp_path: Path) -> None:
    conf = project(tmp_path)
    (tmp_path / "in" / "a.csv").unlink()
    with pytest.raises(InputError) as caught:
        lakesmith.open(conf=conf, overrides={"warehouse": str(tmp_path / "lake")}).suggest("sources.orders")
    assert caught.value.code == "LS217"


def test_a_table_that_only_spark_reads_is_sampled_by_it(spark: SparkSession, tmp_path: Path) -> None:
    conf = project(tmp_path)
    table = str(tmp_path / "t")
    rows = spark.sql("""
        SELECT id, struct(id AS n) AS nested, DATE'2024-01-01' + CAST(id % 9 AS INT) AS day,
            TIMESTAMP'2024-01-01 00:00:00' + make_dt_interval(0, 0, 0, id) AS at, CAST(id AS DECIMAL(9, 2)) AS money
        FROM range(300)""")
    rows.write.format("delta").save(table)
    lake = lakesmith.open(conf=conf, overrides={"warehouse": str(tmp_path / "lake")})
    found = lake.suggest(table, 200)
    assert (found.rows, found.total) == (200, 300)
    text = found.as_yaml()
    assert '  nested: {type: "struct<n:bigint>", nullable: false}' in text
    assert '{id: day_range, check: between, column: day, min: "2024-01-01", on_fail: warn}' in text
    assert lake.suggest(table, 200).as_yaml() == text

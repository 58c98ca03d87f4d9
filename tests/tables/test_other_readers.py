"""What the product writes, as delta-rs, DuckDB, Polars and pyarrow read it: every type at its extremes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from deltalake import DeltaTable, QueryBuilder
from pyspark.sql import SparkSession

from lakesmith.spec.values.times import read_date, read_instant, read_wall_clock
from tests.shop import Shop

Row = dict[str, Any]
COLUMNS = {
    "s": "string", "bo": "boolean", "ti": "tinyint", "sm": "smallint", "i": "int", "bi": "bigint", "f": "float",
    "d": "double", "money": "decimal(12,4)", "big": "decimal(38,0)", "fine": "decimal(38,38)", "da": "date",
    "ts": "timestamp", "ntz": "timestamp_ntz", "by": "binary",
    "arr": "array<string>", "mp": "map<string,timestamp>", "st": "struct<n:int,at:timestamp>",
}  # fmt: skip
STEPS = {
    "by": "unhex(t_by)",
    "arr": "from_json(t_arr, 'array<string>')",
    "mp": "from_json(t_mp, 'map<string,timestamp>')",
    "st": "from_json(t_st, 'struct<n:int,at:timestamp>')",
}
LEAST = {
    "s": "", "bo": "false", "ti": "-128", "sm": "-32768", "i": "-2147483648", "bi": "-9223372036854775808",
    "f": "-3.4028235e38", "d": "-1.7976931348623157e308", "money": "-99999999.9999", "big": "-" + "9" * 38,
    "fine": "-0." + "9" * 38, "da": "0001-01-01", "ts": "0001-01-01 00:00:00", "ntz": "0001-01-01 00:00:00",
    "by": "00", "arr": "[]", "mp": "{}", "st": "{}",
}  # fmt: skip
GREATEST = {
    "s": "\N{GRINNING FACE}\u0301 it's \"x\"", "bo": "true", "ti": "127", "sm": "32767", "i": "2147483647",
    "bi": "9223372036854775807", "f": "3.4028235e38", "d": "1.7976931348623157e308", "money": "99999999.9999",
    "big": "9" * 38, "fine": "0." + "9" * 38, "da": "9999-12-31", "ts": "9999-12-31 23:59:59.999999",
    "ntz": "9999-12-31 23:59:59.999999", "by": "00ff80", "arr": '["a", null, ""]',
    "mp": '{"end": "9999-12-31T23:59:59.999Z", "none": null}', "st": '{"n": 1, "at": "0001-01-01T00:00:00.000Z"}',
}  # fmt: skip
ODD = {"f": "NaN", "d": "-0", "money": "-0.0001", "da": "1582-10-10", "ts": "1899-12-31 23:59:59.000001", "by": ""}
ODDER = {"f": "-inf", "d": "4.9e-324", "ts": "1582-10-10 00:00:00.5", "ntz": "1677-09-20 00:00:00"}
FED = [LEAST, GREATEST, ODD, ODDER, {"d": "NaN"}, {"d": "Infinity"}, {}]
BEYOND = [
    {"da": "10000-01-01", "ts": "10000-01-01 00:00:00", "ntz": "294247-01-10 04:00:54.775807"},
    {"da": "0000-12-31", "ts": "0000-12-31 23:59:59", "ntz": "-0044-03-15"},
    {"da": "2024-03-01", "ts": "2024-03-01 00:00:00", "ntz": "2024-03-01"},
]


def instant(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)


EXPECTED: list[Row] = [
    {
        "s": "", "bo": False, "ti": -128, "sm": -(2**15), "i": -(2**31), "bi": -(2**63), "f": -3.4028234663852886e38,
        "d": -1.7976931348623157e308, "money": Decimal("-99999999.9999"), "big": Decimal("-" + "9" * 38),
        "fine": Decimal("-0." + "9" * 38), "da": date(1, 1, 1), "ts": instant(1, 1, 1), "ntz": datetime(1, 1, 1),
        "by": b"\x00", "arr": [], "mp": [], "st": {"n": None, "at": None},
    },
    {
        "s": GREATEST["s"], "bo": True, "ti": 127, "sm": 2**15 - 1, "i": 2**31 - 1, "bi": 2**63 - 1,
        "f": 3.4028234663852886e38, "d": 1.7976931348623157e308, "money": Decimal("99999999.9999"),
        "big": Decimal("9" * 38), "fine": Decimal("0." + "9" * 38), "da": date(9999, 12, 31),
        "ts": instant(9999, 12, 31, 23, 59, 59, 999999), "ntz": datetime(9999, 12, 31, 23, 59, 59, 999999),
        "by": b"\x00\xff\x80", "arr": ["a", None, ""],
        "mp": [("end", instant(9999, 12, 31, 23, 59, 59, 999000)), ("none", None)],
        "st": {"n": 1, "at": instant(1, 1, 1)},
    },
    {
        "f": float("nan"), "d": -0.0, "money": Decimal("-0.0001"), "da": date(1582, 10, 10),
        "ts": instant(1899, 12, 31, 23, 59, 59, 1), "by": b"",
    },
    {
        "f": float("-inf"), "d": 4.9e-324, "ts": instant(1582, 10, 10, 0, 0, 0, 500000), "ntz": datetime(1677, 9, 20),
    },
    {"d": float("nan")},
    {"d": float("inf")},
    {},
]  # fmt: skip


def spec(write: str, part: str = "") -> str:
    columns = {"id": "bigint", "version": "int", **COLUMNS, **({"part": "date"} if part else {})}
    contract = "".join(f'  {name}: {{type: "{kind}"}}\n' for name, kind in columns.items())
    steps = {**STEPS, **({"part": part} if part else {})}
    made = "".join(f'      {name}: "{made}"\n' for name, made in steps.items())
    return f"from: bronze.feed\ncolumns:\n{contract}steps:\n  - with_columns:\n{made}write: {write}\n"


FIELDS = [*(name for name in COLUMNS if name not in STEPS), *(f"t_{name}" for name in STEPS)]
SPECS = {
    "sources/feed": f"format: json\npath: IN\ncolumns: [id, version, {', '.join(FIELDS)}]\n",
    "tables/bronze/feed": "from: sources.feed\n",
    "tables/silver/kept": spec("{strategy: append}"),
    "tables/silver/newest": spec(
        "{strategy: upsert, keys: [id], sequence_by: [version], partition_by: [part], key_implies: [part]}",
        part="date_add(DATE'9999-12-30', cast(id % 2 AS int))",
    ),
    "tables/gold/all": "from: silver.kept\nwrite: {strategy: replace_all}\n",
    "sources/far": "format: json\npath: FAR\ncolumns: [id, version, da, ts, ntz]\n",
    "tables/bronze/far": "from: sources.far\n",
    "tables/silver/far": "from: bronze.far\ncolumns: {id: {type: bigint}, version: {type: int}, da: {type: date}, "
    "ts: {type: timestamp}, ntz: {type: timestamp_ntz}}\n"
    "write: {strategy: upsert, keys: [da], sequence_by: [ts, version]}\n",
}


def line(id: int, version: int, fields: dict[str, str]) -> str:
    named = {f"t_{name}" if name in STEPS else name: text for name, text in fields.items()}
    return json.dumps({"id": id, "version": version, **named})


@pytest.fixture(scope="module")
def shop(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A lake after two runs; the second one brings each row once more."""
    root = tmp_path_factory.mktemp("readers")
    specs = {name: text.replace("FAR", str(root / "far")) for name, text in SPECS.items()}
    shop = Shop(root / "shop", spark)
    for file in (root / "shop" / "conf").rglob("*.yml"):
        if file.name != "base.yml":
            file.unlink()
    for name, text in specs.items():
        shop.spec(name, text)
    (root / "far").mkdir()
    for version in (1, 2):
        lines = [line(id, version, fields) for id, fields in enumerate(FED)]
        (shop.landing / f"{version}.json").write_text("\n".join(lines) + "\n", encoding="utf-8")
        far = [line(id, version, fields) for id, fields in enumerate(BEYOND)]
        (root / "far" / f"{version}.json").write_text("\n".join(far) + "\n", encoding="utf-8")
        shop.run(run_date=f"2026-02-0{version}")
    return shop


def files(path: str) -> list[str]:
    return [uri.removeprefix("file://") for uri in DeltaTable(path).file_uris()]


def by_delta_rs(path: str) -> pa.Table:
    return pa.table(QueryBuilder().register("t", DeltaTable(path)).execute("SELECT * FROM t").read_all())


def by_delta_rs_and_pyarrow(path: str) -> pa.Table:
    return DeltaTable(path).to_pyarrow_table()


def by_polars(path: str) -> pa.Table:
    return pl.read_delta(path).to_arrow()


def by_duckdb(path: str) -> pa.Table:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection.sql("SELECT * FROM read_parquet($files)", params={"files": files(path)}).to_arrow_table()


def by_pyarrow(path: str) -> pa.Table:
    return pa.concat_tables([pq.ParquetFile(file).read() for file in files(path)])


def plain(value: Any) -> Any:
    """Return a value so that zeros of both signs, NaN, and digits differ where they differ."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        entries = [(each["key"], each["value"]) if isinstance(each, dict) else each for each in value]
        return [plain(each) for each in entries]
    return value


def rows_of(table: pa.Table) -> list[Row]:
    """Return the rows of the newest version of each id, in order."""
    rows = [row for row in table.to_pylist() if row["version"] == 2]
    return [{name: plain(row[name]) for name in COLUMNS} for row in sorted(rows, key=lambda row: int(row["id"]))]


def expected() -> list[Row]:
    return [{name: plain(row.get(name)) for name in COLUMNS} for row in EXPECTED]


READERS: list[Callable[[str], pa.Table]] = [by_delta_rs, by_delta_rs_and_pyarrow, by_polars, by_duckdb, by_pyarrow]


@pytest.mark.parametrize("table", ["silver/kept", "gold/all"])
@pytest.mark.parametrize("read", READERS)
def test_every_type_at_its_extremes(shop: Shop, read: Callable[[str], pa.Table], table: str) -> None:
    found = rows_of(read(f"{shop.root}/lake/{table}"))
    assert found == expected()


@pytest.mark.parametrize("read", [by_delta_rs, by_polars])
def test_deleted_rows_and_partitions(shop: Shop, read: Callable[[str], pa.Table]) -> None:
    path = f"{shop.root}/lake/silver/newest"
    assert "deletionVectors" in (DeltaTable(path).protocol().reader_features or [])
    found = read(path)
    assert found.num_rows == len(FED)
    assert rows_of(found) == expected()
    assert set(found["part"].to_pylist()) == {date(9999, 12, 30), date(9999, 12, 31)}


def test_spark_reads_what_it_wrote(shop: Shop) -> None:
    assert rows_of(shop.lake.table("silver.kept").toArrow()) == expected()
    assert rows_of(shop.lake.table("silver.newest").toArrow()) == expected()


def test_years_beyond_the_calendars_of_others(shop: Shop) -> None:
    path = f"{shop.root}/lake/silver/far"
    for read in (by_delta_rs, by_polars):
        found = read(path)
        numbers = {
            "da": found["da"].cast(pa.int32()), "ts": found["ts"].cast(pa.int64()), "ntz": found["ntz"].cast(pa.int64())
        }  # fmt: skip
        rows = sorted(zip(*[numbers[name].to_pylist() for name in ("da", "ts", "ntz")], strict=True))
        assert rows == [
            (read_date(fields["da"]), read_instant(fields["ts"]), read_wall_clock(fields["ntz"]))
            for fields in (BEYOND[1], BEYOND[2], BEYOND[0])
        ], read.__name__


def test_instants_are_not_int96(shop: Shop) -> None:
    for table in ("silver/kept", "silver/newest", "silver/far", "bronze/feed", "silver/kept__quarantine"):
        path = Path(f"{shop.root}/lake/{table}")
        found = files(str(path)) if path.exists() else []
        kinds = {pq.ParquetFile(file).schema.column(at).physical_type for file in found for at in range(4)}
        assert "INT96" not in kinds

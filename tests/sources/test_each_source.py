"""The same orders come by each kind of source, and give equal tables."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from tests.services.http_api import Answer, http_api
from tests.services.postgresql import PASSWORD, USER, postgresql, programs
from tests.shop import Shop

FIELDS = ("id", "name", "amount", "at")
ORDERS: list[dict[str, Any]] = [
    {"id": 1, "name": 'Ada "A" <é>', "amount": "12345678901234567890.10", "at": "2024-03-31T01:30:00Z"},
    {"id": 2, "name": "Bob, Jr. & Co.", "amount": "-0.05", "at": "2024-03-31T01:30:00.123456Z"},
    {"id": 3, "name": None, "amount": "7", "at": "1969-12-31T23:59:59Z"},
]
SILVER = """
from: bronze.{name}
columns:
  id: {{type: bigint}}
  name: {{type: string}}
  amount: {{type: "decimal(38,2)"}}
  at: {{type: timestamp}}
write: {{strategy: upsert, keys: [id], sequence_by: [at]}}
"""
Land = Callable[[Path], str]


def as_json(order: dict[str, Any]) -> str:
    """Return an order as JSON whose amount is a number with all its digits."""
    number = json.dumps({**order, "amount": "@"}, ensure_ascii=False)
    return number.replace('"@"', order["amount"])


def land_csv(folder: Path) -> str:
    with (folder / "a.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, FIELDS)
        rows.writeheader()
        rows.writerows(ORDERS)
    return f"format: csv\npath: {folder}\n"


def land_lines(folder: Path) -> str:
    (folder / "a.json").write_text("\n".join(map(as_json, ORDERS)))
    return f"format: json\npath: {folder}\n"


def land_document(folder: Path) -> str:
    (folder / "a.json").write_text(f'{{"data": {{"rows": [{", ".join(map(as_json, ORDERS))}]}}}}')
    return f"format: json_document\npath: {folder}\nrecords: data.rows\n"


def land_xml(folder: Path) -> str:
    rows = ["".join(f"<{name}>{escape(str(o[name] or ''))}</{name}>" for name in FIELDS) for o in ORDERS]
    (folder / "a.xml").write_text(f"<all>{''.join(f'<o>{row}</o>' for row in rows)}</all>")
    return f"format: xml\npath: {folder}\nrow_tag: o\n"


def land_parquet(folder: Path) -> str:
    at = [dt.datetime.fromisoformat(order["at"].replace("Z", "+00:00")) for order in ORDERS]
    columns = {
        "id": pa.array([order["id"] for order in ORDERS]),
        "name": pa.array([order["name"] for order in ORDERS]),
        "amount": pa.array([Decimal(order["amount"]) for order in ORDERS], pa.decimal128(38, 2)),
        "at": pa.array(at, pa.timestamp("us", "UTC")),
    }
    pq.write_table(pa.table(columns), folder / "a.parquet")
    return f"format: parquet\npath: {folder}\n"


FILES: dict[str, Land] = {
    "csv": land_csv,
    "json": land_lines,
    "json_document": land_document,
    "xml": land_xml,
    "parquet": land_parquet,
}


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Yield the specs of sources that are servers, as far as there are any."""
    monkeypatch.setenv("LAKESMITH_TEST_PASSWORD", PASSWORD)
    with ExitStack() as stack:
        api = stack.enter_context(http_api())
        body = f'{{"rows": [{", ".join(map(as_json, ORDERS))}]}}'
        api.answers = lambda _: Answer(body.encode())
        found = {"http": f"type: http\nurl: {api.url}\nrecords: rows\n"}
        if programs() is not None:
            server = stack.enter_context(postgresql(tmp_path))
            server.sql("CREATE TABLE orders (id int, name text, amount numeric, at timestamptz)")
            for order in ORDERS:
                name = "NULL" if order["name"] is None else f"$x${order['name']}$x$"
                server.sql(f"INSERT INTO orders VALUES ({order['id']}, {name}, {order['amount']}, '{order['at']}')")
            place = f"host: 127.0.0.1\nport: {server.port}\ndatabase: shop\ntable: public.orders"
            login = f"user: {USER}\npassword: {{env: LAKESMITH_TEST_PASSWORD}}"
            found["jdbc"] = f"type: jdbc\ndialect: postgresql\n{place}\n{login}\n"
        yield found


def test_each_source_gives_equal_tables(spark: SparkSession, tmp_path: Path, services: dict[str, str]) -> None:
    sources = dict(services)
    for kind, land in FILES.items():
        folder = tmp_path / "in" / kind
        folder.mkdir(parents=True)
        sources[kind] = land(folder)
    specs: dict[str, str] = {}
    for kind, source in sources.items():
        specs[f"sources/from_{kind}"] = f"{source}columns: [id, name, amount, at]\n"
        specs[f"tables/bronze/from_{kind}"] = f"from: sources.from_{kind}\n"
        specs[f"tables/silver/from_{kind}"] = SILVER.format(name=f"from_{kind}")
    shop = Shop(tmp_path / "shop", spark, specs)
    tables = [f"{layer}.from_{kind}" for layer in ("bronze", "silver") for kind in sources]
    shop.run(select=tables)

    expected = [
        (order["id"], order["name"], Decimal(order["amount"]).quantize(Decimal("0.01")), order["at"])
        for order in ORDERS
    ]
    for kind in sources:
        rows = shop.lake.rows(f"silver.from_{kind}", limit=10)
        assert rows is not None
        found = [(row["id"], row["name"], row["amount"], _iso(row["at"])) for row in rows]
        assert sorted(found) == expected, kind


def _iso(moment: dt.datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"

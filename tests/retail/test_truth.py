"""The independent computation, on feeds small enough to compute by head."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from tests.benchmarks.feed import real_feed
from tests.truth import KEYS, Truth

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LANTERN = "536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
RETURNED = "C536379,d,Discount,-1,2010-12-01 09:41:00,27.5,17850.0,France\n"
ANONYMOUS = "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\n"


def truth(folder: Path, *lines: str, crm: str = "") -> Truth:
    for name, text in {"orders/1.csv": HEADER + "".join(lines), "crm/1.jsonl": crm}.items():
        file = folder / name
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
    return Truth(folder / "orders", folder / "crm")


def test_the_line_id_is_that_of_the_test_vector(tmp_path: Path) -> None:
    ids = truth(tmp_path, LANTERN).table("silver.order_lines")["line_id"].to_pylist()
    assert ids == ["49592b6d5cde1f602bddc724318c399d7be8662a2d82edca7dcfa6ce0a537305"]


def test_a_repeat_is_one_line(tmp_path: Path) -> None:
    assert truth(tmp_path, LANTERN, LANTERN).table("silver.order_lines").num_rows == 1


def test_daily_sales_keep_returns_apart_and_count_no_anonymous_customers(tmp_path: Path) -> None:
    sales = truth(tmp_path, LANTERN, RETURNED, ANONYMOUS).table("gold.daily_sales").to_pylist()
    day = {"order_date": date(2010, 12, 1)}
    assert sales == [
        day | {"country": "France", "lines": 1, "invoices": 1, "customers": 1, "units": -1, "gross": Decimal("0.0000"),
               "returns": Decimal("-27.5000"), "net": Decimal("-27.5000")},
        day | {"country": "United Kingdom", "lines": 2, "invoices": 2, "customers": 1, "units": 62,
               "gross": Decimal("15.3000"), "returns": Decimal("0.0000"), "net": Decimal("15.3000")},
    ]  # fmt: skip


def test_a_customer_is_what_the_newest_line_says(tmp_path: Path) -> None:
    assert truth(tmp_path, RETURNED, LANTERN, ANONYMOUS).table("silver.customers").to_pylist() == [
        {"customer_id": 17850, "country": "France", "last_seen": datetime(2010, 12, 1, 9, 41)}
    ]


def test_the_last_purchase_is_no_cancellation(tmp_path: Path) -> None:
    assert truth(tmp_path, LANTERN, RETURNED).table("gold.customer_rfm").to_pylist() == [
        {
            "customer_id": 17850,
            "last_purchase_ts": datetime(2010, 12, 1, 8, 26),
            "invoices": 2,
            "net": Decimal("-12.2000"),
        }
    ]


def test_a_late_older_change_does_not_bring_a_deleted_profile_back(tmp_path: Path) -> None:
    crm = (
        '{"customer_id": 1, "op": "D", "changed_at": "2011-01-02T00:00:00Z"}\n'
        '{"customer_id": 1, "op": "U", "changed_at": "2011-01-01T00:00:00Z", "email": "a@b.example", "age": 30}\n'
    )
    assert truth(tmp_path, LANTERN, crm=crm).table("silver.customer_profiles").num_rows == 0


def test_a_row_that_does_not_parse_has_no_field(tmp_path: Path) -> None:
    found = truth(tmp_path, LANTERN, "536365,85123A\n")
    assert found.rows_read("silver.order_lines") == 2
    assert found.reasons("silver.order_lines")["row_parsed"] == 1


def test_differences_show_missing_and_surplus_rows(tmp_path: Path) -> None:
    found = truth(tmp_path, LANTERN)
    right = found.table("gold.customer_rfm")
    wrong = right.set_column(2, "invoices", pa.array([7], pa.int64()))
    assert found.differences("gold.customer_rfm", right) == []
    assert [line.split()[0] for line in found.differences("gold.customer_rfm", wrong)] == ["missing", "surplus"]


def test_differences_read_zoned_timestamps_as_utc(tmp_path: Path) -> None:
    found = truth(tmp_path, LANTERN)
    right = found.table("silver.customers")
    zoned = right.set_column(2, "last_seen", right["last_seen"].cast(pa.timestamp("us", "UTC")))
    assert found.differences("silver.customers", zoned) == []


def test_the_real_feed_is_computed() -> None:
    feed = real_feed()
    if feed is None:
        pytest.skip("the real feed is absent: set LAKESMITH_RETAIL_DATA to the directory of its daily files")
    found = Truth(feed)
    assert all(found.table(name).num_rows > 0 for name in KEYS if name != "silver.customer_profiles")
    assert found.rows_read("silver.order_lines") > found.table("silver.order_lines").num_rows

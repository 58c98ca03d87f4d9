"""The generated feeds: the same bytes for the same seed, and the dirt that they promise."""

from __future__ import annotations

import csv
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from retail.fake_orders import BROKEN, Line
from retail.generate import generate, main
from tests.truth import Truth


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("feed")
    generate(out)
    return out


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.*")}


def rows_by_file(feed: Path) -> dict[str, list[list[str]]]:
    folder = sorted((feed / "retail_orders").glob("*.csv"))
    return {file.stem: list(csv.reader(file.read_text(encoding="utf-8").splitlines()))[1:] for file in folder}


def lines(feed: Path) -> list[Line]:
    return [Line(*row) for rows in rows_by_file(feed).values() for row in rows if len(row) == 8]


def changes(feed: Path) -> list[list[dict[str, Any]]]:
    texts = [file.read_text(encoding="utf-8").splitlines() for file in sorted((feed / "crm_changes").glob("*.jsonl"))]
    return [[json.loads(line) for line in text if line.endswith("}")] for text in texts]


def test_the_same_seed_writes_the_same_bytes(feed: Path, tmp_path: Path) -> None:
    generate(tmp_path)
    assert files(tmp_path) == files(feed)


def test_another_seed_writes_other_lines(feed: Path, tmp_path: Path) -> None:
    generate(tmp_path, seed=8)
    assert files(tmp_path).keys() == files(feed).keys()
    assert all(files(tmp_path)[name] != content for name, content in files(feed).items())


def test_more_days_only_add_files_of_orders(feed: Path, tmp_path: Path) -> None:
    generate(tmp_path, days=6)
    longer = files(tmp_path / "retail_orders")
    assert {name: longer[name] for name in files(feed / "retail_orders")} == files(feed / "retail_orders")


def test_scale_multiplies_the_rows(tmp_path: Path) -> None:
    small, large = generate(tmp_path / "1", days=2), generate(tmp_path / "5", days=2, scale=5)
    assert 4 < large["order_rows"] / small["order_rows"] < 6
    assert 4 < large["crm_rows"] / small["crm_rows"] < 6


def test_the_counts_that_it_returns_are_those_of_the_files(tmp_path: Path) -> None:
    written = generate(tmp_path)
    assert written == {
        "order_files": 5,
        "order_rows": sum(map(len, rows_by_file(tmp_path).values())),
        "crm_files": 5,
        "crm_rows": sum(content.count(b"\n") for content in files(tmp_path / "crm_changes").values()),
    }


def test_nothing_is_no_scale(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="scale and days are 1 or more, not 0 and 5"):
        generate(tmp_path, scale=0)


def test_the_command_line_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--out", str(tmp_path), "--days", "1"])
    assert capsys.readouterr().out.startswith(f"{tmp_path}: 1 order files, ")


def test_lines_repeat_within_and_across_files(feed: Path) -> None:
    by_file = [set(map(tuple, rows)) for rows in rows_by_file(feed).values()]
    assert any(a & b for a, b in pairwise(by_file))
    assert any(len(rows) > len(set(map(tuple, rows))) for rows in rows_by_file(feed).values())


def test_some_lines_land_a_day_late(feed: Path) -> None:
    late = [row for day, rows in rows_by_file(feed).items() for row in rows if len(row) == 8 and row[4][:10] < day]
    earlier = Counter(tuple(row) for rows in rows_by_file(feed).values() for row in rows)
    assert any(earlier[tuple(row)] == 1 for row in late)


def test_a_correction_cancels_a_line_and_sells_it_again(feed: Path) -> None:
    cancelled = [line for line in lines(feed) if line.InvoiceNo.startswith("C")]
    again = {(line.InvoiceDate, line.StockCode, line.CustomerID, line.InvoiceNo) for line in lines(feed)}
    assert cancelled
    assert all((x.InvoiceDate, x.StockCode, x.CustomerID, str(int(x.InvoiceNo[1:]) + 1)) in again for x in cancelled)


def test_lines_have_the_dirt_of_the_real_feed(feed: Path) -> None:
    found = lines(feed)
    assert any(x.StockCode != x.StockCode.upper() for x in found)
    assert any(x.StockCode.strip() and x.StockCode != x.StockCode.strip() for x in found)
    assert any(not x.Description.strip() for x in found)
    assert any(x.UnitPrice == "0" for x in found)
    assert any(not x.CustomerID for x in found)
    assert any('"' in x.Description for x in found)
    assert any(not x.Description.isascii() for x in found)


def test_every_fault_of_an_order_line_is_there(feed: Path) -> None:
    found = lines(feed)
    for kind, fault in BROKEN.items():
        assert any(fault.items() <= line._asdict().items() for line in found), kind


def test_the_quarantine_of_order_lines_gets_every_reason(feed: Path) -> None:
    truth = Truth(feed / "retail_orders")
    assert truth.quarantined("silver.order_lines") == len(BROKEN) + 3
    assert set(truth.reasons("silver.order_lines")) == {
        "row_parsed", "quantity_cast", "invoice_ts_cast", "unit_price_cast", "customer_id_cast", "quantity_given",
        "invoice_ts_given", "invoice_given", "stock_code_given", "price_given", "price_not_negative",
    }  # fmt: skip


def test_the_quarantine_of_profiles_gets_every_reason(feed: Path) -> None:
    truth = Truth(feed / "retail_orders", feed / "crm_changes")
    assert set(truth.reasons("silver.customer_profiles")) == {
        "row_parsed", "customer_id_cast", "age_cast", "changed_at_cast", "customer_id_given", "changed_at_given",
        "email_valid", "age_plausible",
    }  # fmt: skip


def test_changes_arrive_out_of_order_and_repeat(feed: Path) -> None:
    in_order = [change for file in changes(feed) for change in file]
    moments = [change["changed_at"] for change in in_order if change["changed_at"]]
    assert moments != sorted(moments)
    assert len({json.dumps(change) for change in in_order}) < len(in_order)


def test_deleted_customers_are_gone_from_the_truth_and_some_return(feed: Path) -> None:
    deleted = {change["customer_id"] for file in changes(feed) for change in file if change["op"] == "D"}
    truth = Truth(feed / "retail_orders", feed / "crm_changes")
    known = set(truth.table("silver.customer_profiles")["customer_id"].to_pylist())
    assert deleted & known
    assert deleted - known

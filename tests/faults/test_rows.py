"""Odd rows through bronze, gate and upsert, landed twice: each is accounted for, and none is doubled."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.observe.results import RunResult
from tests.shop import Shop, by_table

NFC, NFD = "caf\u00e9", "cafe\u0301"
LONG = "x" * 10_000_000
ROWS: list[Any] = [
    {"id": "cents", "amount": "1.239"},
    {"id": "sum", "amount": "99999.99"},
    {"id": "exact", "amount": "1.20"},
    {"id": "not a number", "ratio": "NaN"},
    {"id": "endless", "ratio": "Infinity"},
    {"id": "minus zero", "ratio": "-0.0"},
    {"id": "zero", "ratio": "0.0"},
    {"id": None, "amount": "5.00"},
    {"id": None, "amount": "5.00"},
    {"id": "twice", "amount": "2.00"},
    {"id": "twice", "amount": "2.00"},
    {"id": NFC},
    {"id": NFD},
    {"id": "\u202eright to left\U0001f980"},
    {"id": "no such day", "day": "2026-02-31"},
    {"id": "five digits", "day": "10000-01-01"},
    {"id": "gap", "at": "2026-03-29T02:30:00"},
    {"id": "before the calendar", "day": "1582-10-10"},
    {"id": "too big", "count": 9223372036854775808},
    {"id": "long", "text": LONG},
    '{"id": "one", "id": "two"}',
    '{"id": "deep", "text": ' + '{"a":' * 1200 + "1" + "}" * 1200 + "}",
    '{"id": "torn", "text": "',
    '["an", "array"]',
]
PARTS = {"empty": "", "hive": "__HIVE_DEFAULT_PARTITION__", "null": None, "odd": "a/b=c%2F d", "long": "p" * 300}
SPECS = {
    "sources/odd": "format: json\npath: IN\ncolumns: [id, amount, ratio, at, day, count, text, part]\n",
    "tables/bronze/odd": "from: sources.odd\n",
    "tables/silver/odd": """
from: bronze.odd
columns:
  id: {type: string}
  amount: {type: "decimal(6,2)"}
  ratio: {type: double}
  at: {type: timestamp}
  day: {type: date}
  count: {type: bigint}
  text: {type: string}
checks:
  - {id: ratio_sane, check: between, column: ratio, min: 0, max: 100, on_fail: quarantine}
write: {strategy: upsert, keys: [id], when_matched: ignore}
""",
    "tables/silver/ratios": """
from: bronze.odd
columns: {ratio: {type: double}}
write: {strategy: upsert, keys: [ratio], when_matched: ignore}
""",
    "tables/silver/parts": """
from: bronze.odd
columns: {id: {type: string}, part: {type: string}}
steps: [filter: "id LIKE 'part %'"]
write: {strategy: upsert, keys: [id], when_matched: ignore, partition_by: [part], key_implies: [part]}
""",
}
TABLES = [name.removeprefix("tables/").replace("/", ".") for name in SPECS if name.startswith("tables/")]


@pytest.fixture(scope="module")
def twice(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, list[RunResult]]:
    """The odd rows, landed and run two times; only to be read."""
    shop = Shop(tmp_path_factory.mktemp("odd") / "shop", spark, SPECS)
    parts = [{"id": f"part {name}", "part": value} for name, value in PARTS.items()]
    lines = [row if isinstance(row, str) else json.dumps(row) for row in [*ROWS, *parts]]
    results = []
    for name in ("a.json", "b.json"):
        (shop.landing / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        results.append(shop.run(select=TABLES))
    return shop, results


def silver(twice: tuple[Shop, list[RunResult]], column: str) -> dict[str, Any]:
    """Return a column of silver.odd by key."""
    rows = twice[0].lake.table("silver.odd").selectExpr("id", f"cast({column} AS string)").collect()
    return {row[0]: row[1] for row in rows}


def reasons(twice: tuple[Shop, list[RunResult]], table: str = "silver.odd") -> dict[str, set[str]]:
    """Return the checks that sent rows to the quarantine, by the key in the raw row or the rescued text."""
    found: dict[str, set[str]] = {}
    for row in twice[0].lake.quarantine(table).select("_raw", "_reasons.check").collect():
        raw = json.loads(row["_raw"])
        found.setdefault(raw.get("id") or raw["_rescued"][:60], set()).update(row["check"])
    return found


def test_every_row_is_accounted_for_both_times(twice: tuple[Shop, list[RunResult]]) -> None:
    for result in twice[1]:
        for name, table in by_table(result).items():
            counts = table.counts
            assert counts.read == counts.dropped + counts.quarantined + counts.accepted, name
            assert counts.read == len(ROWS) + len(PARTS), name


def test_landing_the_rows_again_changes_nothing(twice: tuple[Shop, list[RunResult]]) -> None:
    changed = {name: table.counts.changed for name, table in by_table(twice[1][1]).items()}
    assert changed == {"bronze.odd": len(ROWS) + len(PARTS), "silver.odd": 0, "silver.ratios": 0, "silver.parts": 0}


def test_null_and_repeated_keys_are_one_row_each(twice: tuple[Shop, list[RunResult]]) -> None:
    keys = [row[0] for row in twice[0].lake.table("silver.odd").select("id").collect()]
    assert (keys.count(None), keys.count("twice"), len(keys)) == (1, 1, len(set(keys)))


def test_decimals_are_exact_or_set_aside_and_never_rounded(twice: tuple[Shop, list[RunResult]]) -> None:
    amounts = silver(twice, "amount")
    assert ("cents" in amounts, "sum" in amounts, amounts["exact"]) == (False, False, "1.20")
    assert reasons(twice)["cents"] == reasons(twice)["sum"] == {"amount_cast"}


def test_nan_and_infinity_break_a_bound(twice: tuple[Shop, list[RunResult]]) -> None:
    assert reasons(twice)["not a number"] == reasons(twice)["endless"] == {"ratio_sane"}


def test_nan_and_both_zeros_are_one_key_each(twice: tuple[Shop, list[RunResult]]) -> None:
    assert sorted(str(row[0]) for row in twice[0].rows("silver.ratios")) in (
        ["-0.0", "None", "inf", "nan"],
        ["0.0", "None", "inf", "nan"],
    )


def test_text_stays_as_it_came_in_both_forms_of_an_accent(twice: tuple[Shop, list[RunResult]]) -> None:
    assert {NFC, NFD, "\u202eright to left\U0001f980"} <= set(silver(twice, "id"))


def test_days_that_are_none_are_set_aside(twice: tuple[Shop, list[RunResult]]) -> None:
    found = reasons(twice)
    assert found["no such day"] == {"day_cast"}
    days = silver(twice, "day")
    assert (days["before the calendar"], days["five digits"]) == ("1582-10-10", "+10000-01-01")


def test_an_hour_that_local_clocks_skip_is_not_moved(twice: tuple[Shop, list[RunResult]]) -> None:
    rows = twice[0].lake.table("silver.odd").filter("id = 'gap'").selectExpr("cast(at AS string)").collect()
    assert [row[0] for row in rows] == ["2026-03-29 02:30:00"]


def test_a_number_beyond_the_type_is_set_aside(twice: tuple[Shop, list[RunResult]]) -> None:
    assert reasons(twice)["too big"] == {"count_cast"}


def test_a_field_of_ten_megabytes_lands_whole(twice: tuple[Shop, list[RunResult]]) -> None:
    rows = twice[0].lake.table("silver.odd").filter("id = 'long'").selectExpr("length(text)", "md5(text)").collect()
    assert rows[0][0] == len(LONG)


def test_lines_that_are_not_one_plain_object_are_set_aside(twice: tuple[Shop, list[RunResult]]) -> None:
    found = {text for text, checks in reasons(twice).items() if checks == {"row_parsed"}}
    starts = ['{"_corrupt_record":"{\\"id\\": \\"one\\"', '{"_corrupt_record":"{\\"id\\": \\"deep\\"',
              '{"_corrupt_record":"{\\"id\\": \\"torn\\"', '{"_corrupt_record":"[\\"an\\"']  # fmt: skip
    assert [any(text.startswith(start) for text in found) for start in starts] == [True] * 4


def test_no_partition_value_is_changed_or_stops_the_batch(twice: tuple[Shop, list[RunResult]]) -> None:
    rows = {row[0].removeprefix("part "): row[1] for row in twice[0].rows("silver.parts")}
    set_aside = {key.removeprefix("part ") for key in reasons(twice, "silver.parts") if key.startswith("part ")}
    assert rows == {name: value for name, value in PARTS.items() if name not in set_aside}
    assert set_aside == {"empty", "hive", "long"}

"""Odd rows through bronze, gate and upsert, landed twice: each is accounted for, and none is doubled."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

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


@pytest.fixture(scope="module")
def silver(twice: tuple[Shop, list[RunResult]]) -> list[Row]:
    """The rows of silver.odd, read once: key, amount and day as text, and the length of the text."""
    texts = [f"cast({name} AS string) AS {name}" for name in ("amount", "day", "at")]
    return twice[0].lake.table("silver.odd").selectExpr("id", *texts, "length(text) AS letters").collect()


def by_key(rows: list[Row], column: str) -> dict[str, Any]:
    """Return a column of silver.odd by key."""
    return {row["id"]: row[column] for row in rows}


@pytest.fixture(scope="module")
def reasons(twice: tuple[Shop, list[RunResult]]) -> dict[str, set[str]]:
    """The checks that sent rows of silver.odd to the quarantine, by key."""
    return reasons_of(twice[0], "silver.odd")


def reasons_of(shop: Shop, table: str) -> dict[str, set[str]]:
    """Return the checks that sent rows to the quarantine, by the key in the raw row or the rescued text."""
    found: dict[str, set[str]] = {}
    for row in shop.lake.quarantine(table).select("_raw", "_reasons.check").collect():
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


def test_null_and_repeated_keys_are_one_row_each(silver: list[Row]) -> None:
    keys = [row["id"] for row in silver]
    assert (keys.count(None), keys.count("twice"), len(keys)) == (1, 1, len(set(keys)))


def test_decimals_are_exact_or_quarantined_and_never_rounded(silver: list[Row], reasons: dict[str, set[str]]) -> None:
    amounts = by_key(silver, "amount")
    assert ("cents" in amounts, "sum" in amounts, amounts["exact"]) == (False, False, "1.20")
    assert reasons["cents"] == reasons["sum"] == {"amount_cast"}


def test_nan_and_infinity_break_a_bound(reasons: dict[str, set[str]]) -> None:
    assert reasons["not a number"] == reasons["endless"] == {"ratio_sane"}


def test_nan_and_both_zeros_are_one_key_each(twice: tuple[Shop, list[RunResult]]) -> None:
    assert sorted(str(row[0]) for row in twice[0].rows("silver.ratios")) in (
        ["-0.0", "None", "inf", "nan"],
        ["0.0", "None", "inf", "nan"],
    )


def test_text_stays_as_it_came_in_both_forms_of_an_accent(silver: list[Row]) -> None:
    assert {NFC, NFD, "\u202eright to left\U0001f980"} <= {row["id"] for row in silver}


def test_days_that_are_none_are_quarantined(silver: list[Row], reasons: dict[str, set[str]]) -> None:
    assert reasons["no such day"] == {"day_cast"}
    days = by_key(silver, "day")
    assert (days["before the calendar"], days["five digits"]) == ("1582-10-10", "+10000-01-01")


def test_an_hour_that_local_clocks_skip_is_not_moved(silver: list[Row]) -> None:
    assert [row["at"] for row in silver if row["id"] == "gap"] == ["2026-03-29 02:30:00"]


def test_a_number_beyond_the_type_is_quarantined(reasons: dict[str, set[str]]) -> None:
    assert reasons["too big"] == {"count_cast"}


def test_a_field_of_ten_megabytes_lands_whole(silver: list[Row]) -> None:
    assert by_key(silver, "letters")["long"] == len(LONG)


def test_lines_that_are_not_one_plain_object_are_quarantined(reasons: dict[str, set[str]]) -> None:
    found = {text for text, checks in reasons.items() if checks == {"row_parsed"}}
    starts = ['{"_corrupt_record":"{\\"id\\": \\"one\\"', '{"_corrupt_record":"{\\"id\\": \\"deep\\"',
              '{"_corrupt_record":"{\\"id\\": \\"torn\\"', '{"_corrupt_record":"[\\"an\\"']  # fmt: skip
    assert [any(text.startswith(start) for text in found) for start in starts] == [True] * 4


def test_no_partition_value_is_changed_or_stops_the_batch(twice: tuple[Shop, list[RunResult]]) -> None:
    rows = {row[0].removeprefix("part "): row[1] for row in twice[0].rows("silver.parts")}
    reasons = reasons_of(twice[0], "silver.parts")
    quarantined = {key.removeprefix("part ") for key in reasons if key.startswith("part ")}
    assert rows == {name: value for name, value in PARTS.items() if name not in quarantined}
    assert quarantined == {"empty", "hive", "long"}

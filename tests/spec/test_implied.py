"""Which columns of `key_implies` a spec proves, and the clocks of histories and change events."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lakesmith.errors import Problem
from lakesmith.spec.key_implies import prove_from_upstreams, unproven
from lakesmith.spec.load import load_project
from lakesmith.spec.model import Project, Table
from lakesmith.spec.rules.warnings import find_warnings

Load = Callable[..., list[Problem]]
RAW = {"hash_key": {"name": "id", "of": "raw"}}
BY_DAY = {"hash_key": {"name": "id", "of": ["day", "no"]}}
TYPED = {
    "day": {"type": "date", "source": "Day"},
    "month": {"type": "date"},
    "no": {"type": "decimal(8,2)"},
    "name": {"type": "string"},
}
DAY = {"with_columns": {"day": "cast(substring(id, 1, 10) AS date)"}}
PARTS = {"date_parts": {"column": "day", "parts": {"month": "month"}}}


def table(*steps: Any, keys: tuple[str, ...] = ("id",), **fields: Any) -> Table:
    write = {"strategy": "upsert", "keys": keys, "when_matched": "ignore", "key_implies": ["day", "month"]}
    return Table.model_validate({"from": "bronze.a", "write": write, "steps": list(steps), **fields})


@pytest.mark.parametrize(
    ("spec", "left"),
    [
        (table(), ("day", "month")),
        (table(RAW), ("day", "month")),
        (table(RAW, columns=TYPED), ()),
        (table(RAW, {"trim": ["name"]}, columns=TYPED), ()),
        (table(RAW, columns={**TYPED, "month": {"type": "string"}}), ("month",)),
        (table(RAW, columns={**TYPED, "month": {"type": "binary"}}), ("month",)),
        (table({"with_columns": {"day": "coalesce(to_date(name), day)"}}, RAW, columns=TYPED), ("day",)),
        (table({"with_columns": {"day": "to_date(_raw.name)"}}, RAW, columns=TYPED), ("day",)),
        (table({"with_columns": {"day": "date_add(month, 1)"}}, RAW, columns=TYPED), ()),
        (table(PARTS, RAW, columns=TYPED), ()),
        (table("my:steps", RAW, columns=TYPED), ("day", "month")),
        (table("my:steps", PARTS, RAW, columns=TYPED), ("day", "month")),
        (table(RAW, {"trim": ["id"]}, columns=TYPED), ("day", "month")),
        (table(RAW, columns=TYPED, inputs={"c": "silver.c"}), ("day", "month")),
        (table({"with_columns": {"day": "cast(_ingested_at AS date)"}}, RAW, columns=TYPED), ("day",)),
        (
            table({"with_columns": {"day": "max(day) OVER (PARTITION BY id)"}}, RAW, columns=TYPED),
            ("day", "month"),
        ),
        (table(BY_DAY), ("day", "month")),
        (table(BY_DAY, columns=TYPED), ("month",)),
        (table(BY_DAY, columns={**TYPED, "day": {"type": "string"}}), ("day", "month")),
        (table(PARTS, BY_DAY, columns=TYPED), ("month",)),
        (table(BY_DAY, PARTS, columns=TYPED), ()),
        (table(BY_DAY, {"with_columns": {"day": "no"}}, columns=TYPED), ("month",)),
        (table(BY_DAY, {"with_columns": {"day": "other"}}, columns=TYPED), ("day", "month")),
        (table({"with_columns": {"day": "to_date(name)"}}, BY_DAY, columns=TYPED), ("month",)),
        (table("my:steps", BY_DAY, columns=TYPED), ("month",)),
        (table("my:steps", BY_DAY, {"cast": {"day": "date"}}, columns=TYPED), ("day", "month")),
        (table(DAY, PARTS), ()),
        (table(DAY, PARTS, "my:steps"), ("day", "month")),
        (table("my:steps", DAY, PARTS), ()),
        (table(DAY, PARTS, {"upper": ["id"]}), ("day", "month")),
        (table({"with_columns": {"day": "date_add(id, days)"}}), ("day", "month")),
        (table({"with_columns": {"day": "date'2024-01-01'", "month": "cast(`id` AS int)"}}), ()),
        (table({"with_columns": {"day": "date"}}), ("day", "month")),
        (table({"rename": {"id": "id2", "a": "id"}}, DAY), ("month",)),
        (table(PARTS, keys=("id", "Day")), ()),
        (table(sql="SELECT * FROM a"), ("day", "month")),
    ],
)
def test_what_a_spec_proves(spec: Table, left: tuple[str, ...]) -> None:
    assert unproven(spec) == left


SNAPSHOT = "from: bronze.orders\ncolumns: {id: {type: int, source: OrderId}, day: {type: date}, amount: {type: int}}\n"
SNAPSHOT += "write: {strategy: snapshot, keys: [id], sequence_by: [day]}\n"
MIDDLE = "from: silver.orders\ncolumns: {id: {type: int}, at: {type: date, source: day}, amount: {type: int}}\n"
MIDDLE += "write: {strategy: upsert, keys: [id], sequence_by: [at]}\n"
HISTORY = "from: %s\nwrite: {strategy: scd2, keys: [id], sequence_by: [%s]}\n"
STEP = "steps: [with_columns: {amount: day}]\n"


@pytest.mark.parametrize(
    ("upstream", "by", "steps", "codes"),
    [
        ("silver.orders", "amount", "", ["LS165"]),
        ("silver.orders", "day", "", []),
        ("silver.orders", "day, amount", "", []),
        ("silver.orders", "amount", STEP, []),
        ("silver.middle", "amount", "", ["LS165"]),
        ("silver.middle", "at", "", []),
    ],
)
def test_a_history_is_by_the_clock_of_its_deletes(
    problems: Load, upstream: str, by: str, steps: str, codes: list[str]
) -> None:
    files = {"tables/silver/orders.yml": SNAPSHOT, "tables/silver/middle.yml": MIDDLE}
    found = problems({**files, "tables/silver/history.yml": HISTORY % (upstream, by) + steps})
    assert [one.code for one in found] == codes


FIRST = "write: {strategy: upsert, keys: [id], sequence_by: [day], when_matched: ignore}\n"
COLUMNS = "from: bronze.orders\ncolumns: {id: {type: int, source: OrderId}, day: {type: date}}\n"


@pytest.mark.parametrize(
    ("write", "codes"),
    [
        ("{strategy: append}", ["LS153"]),
        ("{strategy: upsert, keys: [id], sequence_by: [day]}", ["LS153"]),
        ("{strategy: upsert, keys: [id], when_matched: ignore}", ["LS153"]),
        ("{strategy: upsert, keys: [id], sequence_by: [id], when_matched: ignore}", ["LS153"]),
        ("{strategy: scd2, keys: [id], sequence_by: [day]}", ["LS153"]),
        ("{strategy: upsert, keys: [id], sequence_by: [day], when_matched: ignore}", []),
        ("{strategy: replace_all}", []),
    ],
)
def test_what_may_read_a_table_that_keeps_the_first_row(problems: Load, write: str, codes: list[str]) -> None:
    files = {
        "tables/silver/orders.yml": COLUMNS + FIRST,
        "tables/silver/downstream.yml": f"from: silver.orders\nwrite: {write}",
    }
    assert [one.code for one in problems(files)] == codes


@pytest.mark.parametrize("method", ["append_new", "replace_where"])
def test_a_first_row_is_replaced_and_not_only_added(problems: Load, method: str) -> None:
    found = problems({"tables/silver/orders.yml": COLUMNS + FIRST.replace("}", f", method: {method}}}")})
    assert [one.code for one in found] == (["LS159"] if method == "append_new" else [])


DEBEZIUM = "from: bronze.orders\ncolumns: {id: {type: int}, ts_ms: {type: bigint}, lsn: {type: bigint}}\n"
DEBEZIUM += "write: {strategy: cdc, change_format: debezium, keys: [id], sequence_by: [%s]}\n"
FLAT = COLUMNS + "write: {strategy: upsert, keys: [id], sequence_by: [seq], apply_as_deletes: seq < 0}\n"


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ({"orders": DEBEZIUM % "ts_ms"}, ["LS166"]),
        ({"orders": DEBEZIUM % "ts_ms, lsn"}, []),
        ({"orders": DEBEZIUM % "lsn"}, []),
        (
            {"orders": (DEBEZIUM % "ms").replace("ts_ms: {type: bigint}", "ms: {type: bigint, source: ts_ms}")},
            ["LS166"],
        ),
        ({"orders": FLAT, "downstream": HISTORY % ("silver.orders", "day")}, ["LS167", "LS194"]),
        ({"orders": FLAT, "downstream": HISTORY % ("silver.orders", "seq")}, ["LS194"]),
        ({"orders": FLAT, "downstream": HISTORY % ("bronze.orders", "seq")}, []),
    ],
)
def test_what_deserves_a_warning(project: Callable[..., Path], files: dict[str, str], codes: list[str]) -> None:
    envelope = "format: json\npath: in/orders\ncolumns: [op, before, after, ts_ms, OrderId, day, seq]\n"
    specs = {f"tables/silver/{name}.yml": text for name, text in files.items()}
    gold = "from: silver.orders\nwrite: {strategy: replace_all}\n"
    conf = project({"sources/orders.yml": envelope, "tables/gold/daily.yml": gold, **specs})
    assert [one.code for one in find_warnings(load_project(conf).project)] == codes


HASHED = """
from: bronze.orders
steps:
  - hash_key: {name: line, of: %s}
write: {strategy: upsert, keys: [line], when_matched: ignore}
"""


@pytest.mark.parametrize(
    ("of", "optional", "codes"), [("raw", "[note]", ["LS189"]), ("raw", "[]", []), ("[id]", "[note]", [])]
)
def test_a_hash_of_fields_that_may_become_more(
    project: Callable[..., Path], of: str, optional: str, codes: list[str]
) -> None:
    source = f"format: csv\npath: in/orders\ncolumns: [id, note]\noptional_columns: {optional}\n"
    files = {"sources/orders.yml": source, "tables/silver/orders.yml": HASHED % of}
    conf = project(files)
    found = find_warnings(load_project(conf).project)
    assert [(one.code, one.key) for one in found] == [(code, "tables.silver.orders.steps.0") for code in codes]


GOLD = "from: silver.orders\nwrite: {strategy: replace_all}\n"
LINES = {
    "from": "bronze.lines",
    "columns": {"id": {"type": "string"}, "day": {"type": "date"}, "name": {"type": "string"}},
    "steps": [{"hash_key": {"name": "id", "of": "raw"}}],
    "write": {"strategy": "upsert", "keys": ["id"], "when_matched": "ignore", "key_implies": ["day", "name"]},
}
WRITE = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["day"], "key_implies": ["day"]}
JOINED = {"join": {"input": "c", "on": ["id"], "columns": ["country"]}}


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"steps": [JOINED]}, ()),
        ({"steps": []}, ()),
        ({"columns": {"id": {"type": "string"}, "at": {"type": "date", "source": "day"}},
          "write": {**WRITE, "key_implies": ["at"]}}, ()),
        ({"write": {**WRITE, "key_implies": ["day", "name"]}}, ("name",)),
        ({"columns": {"id": {"type": "int"}}}, ("day",)),
        ({"steps": [{"with_columns": {"day": "day + 1"}}]}, ("day",)),
        ({"steps": [{"upper": ["id"]}]}, ("day",)),
        ({"steps": ["my.steps:changed"]}, ("day",)),
        ({"steps": [{"drop": ["day"]}, {"join": {"input": "c", "on": ["id"], "columns": ["day"]}}]}, ("day",)),
        ({"write": {**WRITE, "keys": ["id", "name"]}}, ("day",)),
    ],
)  # fmt: skip
def test_the_upstream_proves_what_its_key_implies(changes: dict[str, object], left: tuple[str, ...]) -> None:
    gold = {"from": "silver.lines", "inputs": {"c": "silver.c"}, "write": WRITE, **changes}
    spec = {"name": "p", "tables": {"silver": {"lines": LINES}, "gold": {"rich": gold}}}
    project = Project.model_validate(spec)
    assert unproven(project.table("gold.rich")) == tuple(project.table("gold.rich").write.key_implies)
    prove_from_upstreams(project)
    assert unproven(project.table("gold.rich")) == left


@pytest.mark.parametrize(("mode", "found"), [("name", ["LS191"]), ("none", [])])
def test_a_new_table_has_no_column_mapping(problems: Callable[..., list[Problem]], mode: str, found: list[str]) -> None:
    text = f"from: bronze.orders\nproperties: {{delta.columnMapping.mode: {mode}}}\nwrite: {{strategy: append}}\n"
    assert [one.code for one in problems({"tables/silver/orders.yml": text, "tables/gold/daily.yml": GOLD})] == found

"""A plain model of tables whose events leave values as they were, and a shop with such tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from pyspark.sql import SparkSession

from tests.shop import Shop

PLACEHOLDER = "__debezium_unavailable_value"
NAMES = ("a", "b")
CONTRACT = """
columns:
  id: {type: bigint}
  a: {type: string}
  b: {type: int}
  at: {type: int, SOURCE}
"""
WRITE = "write: {strategy: cdc, keys: [id], sequence_by: [at], partial_updates: true, OPTIONS}\n"
HISTORY = "stored_as_scd_type: 2, track_history_columns: [a, b], "
IMAGES = f"from: bronze.orders{CONTRACT.replace('SOURCE', 'source: ts_ms')}"
FLAT = f"from: bronze.flat{CONTRACT.replace('SOURCE', 'source: seq')}"
OF_FLAT = "null_means: unchanged, apply_as_deletes: \"Op = 'd'\""
SPECS = {
    "sources/orders": "format: json\npath: IN/images\ncolumns: [op, before, after, ts_ms]\n",
    "sources/flat": "format: json\npath: IN/flat\ncolumns: [Op, id, a, b, seq]\n",
    "tables/bronze/flat": "from: sources.flat\n",
    "tables/silver/lines": "from: bronze.orders\n",
    "tables/gold/daily": "from: silver.lines\n",
    "tables/silver/orders": IMAGES + WRITE.replace("OPTIONS", "change_format: debezium"),
    "tables/silver/versions": IMAGES + WRITE.replace("OPTIONS", f"{HISTORY}change_format: debezium"),
    "tables/silver/flat": FLAT + WRITE.replace("OPTIONS", OF_FLAT),
    "tables/silver/flat_versions": FLAT + WRITE.replace("OPTIONS", HISTORY + OF_FLAT),
}
OF_IMAGES = ("silver.orders", "silver.versions")
TABLES = (*OF_IMAGES, "silver.flat", "silver.flat_versions")
FILES = count()
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Event:
    """An event: what it does, to which key, when, and the values that it carries."""

    op: str
    key: int
    at: int
    carried: dict[str, Any] = field(default_factory=dict)

    @property
    def image(self) -> str:
        """The event in Debezium's envelope."""
        row = {"id": self.key, **self.carried}
        before = {"id": self.key} if self.op == "d" else None
        after = None if self.op in "dt" else row
        return json.dumps({"op": self.op, "before": before, "after": after, "ts_ms": self.at})

    @property
    def flat(self) -> str:
        """The event as columns; a value that it does not know is absent."""
        carried = {name: value for name, value in self.carried.items() if value != PLACEHOLDER}
        return json.dumps({"Op": self.op, "id": self.key, "seq": self.at, **carried})


def draw(random: Random, keys: int, most: int) -> list[Event]:
    """Draw events of some keys, each at an instant of its own, in any order."""
    total = [key for key in range(keys) for _ in range(random.randint(1, most))]
    instants = random.sample(range(1, 10 * len(total)), len(total))
    return [_drawn(random, key, at) for key, at in zip(random.sample(total, len(total)), instants, strict=True)]


def _drawn(random: Random, key: int, at: int) -> Event:
    op = random.choices("cudt", [2, 6, 1.5, 0.2])[0]
    values = {"a": ["x", "y", None, PLACEHOLDER], "b": [1, 2, None]}
    carried = {name: random.choice(values[name]) for name in NAMES if random.random() < 0.6}
    return Event(op, key, at, {} if op in "dt" else carried)


def shop(root: Path, spark: SparkSession) -> Shop:
    """Return a shop with the tables of the model."""
    return Shop(root, spark, SPECS)


def run(shop: Shop, batches: Iterable[Sequence[Event]], tables: Sequence[str] = TABLES) -> dict[str, Rows]:
    """Land and run batches, and return what tables hold."""
    bronze = ["bronze.orders", *(["bronze.flat"] if tables == TABLES else [])]
    for batch in batches:
        for folder, lines in (("images", [e.image for e in batch]), ("flat", [e.flat for e in batch if e.op != "t"])):
            (shop.landing / folder).mkdir(exist_ok=True)
            text = "".join(f"{line}\n" for line in lines)
            (shop.landing / folder / f"{next(FILES)}.json").write_text(text, encoding="utf-8")
        shop.run(select=[*bronze, *tables])
    return {table: shop.rows(table) for table in tables}


def model(events: Sequence[Event]) -> dict[str, Rows]:
    """Return what the tables hold after these events, whatever order they came in."""
    in_order = sorted(events, key=lambda event: event.at)
    changes = [event for event in in_order if event.op != "t"]
    found = {
        "silver.orders": _newest(in_order, nulls=False),
        "silver.versions": _versions(changes, nulls=False),
        "silver.flat": _newest(changes, nulls=True),
        "silver.flat_versions": _versions(changes, nulls=True),
    }
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def _after(state: dict[str, Any] | None, event: Event, nulls: bool) -> dict[str, Any] | None:
    """Return the values of a row after an event; `nulls` says that NULL keeps the old value, as for flat events."""
    if event.op == "d":
        return None
    old = state or dict.fromkeys(NAMES)
    is_insert = event.op == "c" and not nulls
    return {name: _value(name, old[name], event, nulls, is_insert) for name in NAMES}


def _value(name: str, old: Any, event: Event, nulls: bool, is_insert: bool) -> Any:
    carried = event.carried.get(name, PLACEHOLDER if not is_insert else None)
    return old if carried == PLACEHOLDER or (nulls and carried is None) else carried


def _newest(events: Iterable[Event], nulls: bool) -> Rows:
    table: dict[int, tuple[dict[str, Any], int]] = {}
    for event in events:
        if event.op == "t":
            table.clear()
            continue
        old = table.pop(event.key, (None, 0))[0]
        state = _after(old, event, nulls)
        if state is not None:
            table[event.key] = (state, event.at)
    return [(key, *state.values(), at) for key, (state, at) in table.items()]


def _versions(events: Sequence[Event], nulls: bool) -> Rows:
    found: Rows = []
    for key in {event.key for event in events}:
        state, begun, last = None, 0, 0
        for event in [event for event in events if event.key == key]:
            after = _after(state, event, nulls)
            if after != state:
                if state is not None:
                    found.append((key, *state.values(), last, begun, event.at, False))
                begun = event.at
            state, last = after, event.at
        if state is not None:
            found.append((key, *state.values(), last, begun, None, True))
    return found

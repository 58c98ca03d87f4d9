from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import Problem

Load = Callable[..., list[Problem]]
SILVER, GOLD, BRONZE = "tables/silver/orders.yml", "tables/gold/daily.yml", "tables/bronze/orders.yml"
HEAD = "from: bronze.orders\n"
COLUMNS = "columns: {id: {type: bigint, source: OrderId}, amount: {type: int}, day: {type: date}}\n"
IGNORES = "write: {strategy: upsert, keys: [id], when_matched: ignore}\n"
UPSERT = "write: {strategy: upsert, keys: [id], sequence_by: [day]}\n"
AGGREGATE = "steps: [aggregate: {by: [day], measures: {n: count(*)}}]\nwrite: {strategy: aggregate, keys: [day]}\n"


def only(found: list[Problem]) -> tuple[str, str, int, str]:
    (problem,) = found
    return problem.code, problem.file.removeprefix("conf/"), problem.line, problem.key.removeprefix("tables.")


@pytest.mark.parametrize(
    ("file", "text", "code", "line", "key"),
    [
        (GOLD, "from: silver.order\n" + AGGREGATE, "LS120", 1, "gold.daily.from"),
        (GOLD, "from: silver.orders\ninputs:\n  c: silver.x\n" + AGGREGATE, "LS120", 3, "gold.daily.inputs.c"),
        (BRONZE, "from: sources.order\n", "LS120", 1, "bronze.orders.from"),
        ("tables/bronze/b.yml", "from: bronze.orders\n", "LS121", 1, "bronze.b.from"),
        ("tables/silver/s.yml", "from: sources.orders\n", "LS121", 1, "silver.s.from"),
        (SILVER, "from: gold.daily\n" + AGGREGATE, "LS122", 1, "silver.orders.from"),
        (SILVER, "from: silver.orders\n" + AGGREGATE, "LS122", 1, "silver.orders.from"),
        (BRONZE, "from: sources.orders\ncolumns: {a: {type: int}}\n", "LS123", 2, "bronze.orders.columns"),
        (BRONZE, "from: sources.orders\nsteps: [drop: [a]]\n", "LS123", 2, "bronze.orders.steps"),
        (BRONZE, "from: sources.orders\nsql: SELECT 1\n", "LS123", 2, "bronze.orders.sql"),
        ("tables/bronze/b.yml", "from: sources.orders\ninputs: {c: silver.orders}\n", "LS123", 2, "bronze.b.inputs"),
        (
            BRONZE,
            "from: sources.orders\nchecks: [{id: a, check: not_null, column: Day}]\n",
            "LS123",
            2,
            "bronze.orders.checks",
        ),
        ("tables/bronze/b.yml", "from: sources.orders\n" + UPSERT, "LS123", 2, "bronze.b.write.strategy"),
        (BRONZE, "from: sources.orders\nwrite: {partition_by: [a]}\n", "LS123", 2, "bronze.orders.write.partition_by"),
        ("tables/silver/orders__quarantine.yml", HEAD, "LS124", 1, "silver.orders__quarantine"),
        ("sources/x.yml", "format: csv\npath: x\ncolumns: [Id, a, ID]\n", "LS119", 3, "sources.x.columns"),
        (
            "sources/x.yml",
            "format: csv\npath: x\ncolumns: [id, a]\noptional_columns: [b]\n",
            "LS128",
            4,
            "sources.x.optional_columns",
        ),
        (
            "sources/x.yml",
            "format: csv\npath: x\ncolumns: [id]\noptional_columns: [ID]\n",
            "LS128",
            4,
            "sources.x.optional_columns",
        ),
        (
            SILVER,
            HEAD + "columns:\n  id: {type: int}\n  ID: {type: int}\n" + AGGREGATE.replace("day", "id"),
            "LS119",
            4,
            "silver.orders.columns.ID",
        ),
        (
            SILVER,
            HEAD + COLUMNS + UPSERT + "maintenance: {cluster_by: [idd]}\n",
            "LS640",
            4,
            "silver.orders.maintenance.cluster_by.0",
        ),
        (
            SILVER,
            HEAD + "write: {strategy: scd2, keys: [a], sequence_by: [b]}\nmaintenance: {zorder_by: [is_current]}\n",
            "LS640",
            3,
            "silver.orders.maintenance.zorder_by.0",
        ),
        (SILVER, HEAD + "columns:\n  a: {type: integer}\n", "LS130", 3, "silver.orders.columns.a.type"),
        (SILVER, HEAD + "columns:\n  a: {type: int, source: OrdrId}\n", "LS131", 3, "silver.orders.columns.a.source"),
        (SILVER, HEAD + COLUMNS + UPSERT.replace("[id]", "[idd]"), "LS131", 3, "silver.orders.write.keys.0"),
        (SILVER, HEAD + COLUMNS + "write: {partition_by: [month]}\n", "LS131", 3, "silver.orders.write.partition_by.0"),
        (
            SILVER,
            HEAD + COLUMNS + UPSERT.replace("}", ", key_implies: [day, month]}"),
            "LS131",
            3,
            "silver.orders.write.key_implies.1",
        ),
        (SILVER, HEAD + "steps:\n  - trim: [a]\n    upper: [a]\n", "LS161", 3, "silver.orders.steps.0"),
        (SILVER, HEAD + "steps: [{}]\n", "LS161", 2, "silver.orders.steps.0"),
        (SILVER, HEAD + "steps: ['']\n", "LS161", 2, "silver.orders.steps.0"),
        (SILVER, HEAD + "sql: SELECT 1\nsteps: [drop: [a]]\n", "LS160", 2, "silver.orders.sql"),
        (SILVER, HEAD + "sql: SELECT 1\nwrite: {strategy: aggregate, keys: [a]}\n", "LS160", 2, "silver.orders.sql"),
        (SILVER, HEAD + "sql: SELECT now() AS t FROM orders\n", "LS163", 2, "silver.orders.sql"),
        (SILVER, HEAD + "steps:\n  - drop: [a]\n  - filter: day < CURRENT_DATE\n", "LS163", 4, "silver.orders.steps.1"),
        (SILVER, HEAD + "steps:\n  - filter: a NOT RLIKE '[a-'\n", "LS149", 3, "silver.orders.steps.0"),
        (SILVER, HEAD + "sql: SELECT split(a, '(') AS a FROM orders WHERE a <> ''\n", "LS149", 2, "silver.orders.sql"),
        (SILVER, HEAD + "steps: [with_columns: {z: 'explode(split(a, b))'}]\n", "LS192", 2, "silver.orders.steps.0"),
        (SILVER, HEAD + "steps: [with_columns: {u: uuid()}]\n", "LS163", 2, "silver.orders.steps.0"),
        (SILVER, HEAD + "steps: [m:f: {options: {order: rand (1)}}]\n", "LS163", 2, "silver.orders.steps.0"),
    ],
)
def test_each_broken_rule_has_its_place(problems: Load, file: str, text: str, code: str, line: int, key: str) -> None:
    assert only(problems({file: text})) == (code, file, line, key)


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("write: {keys: [a]}", "LS150", "write.keys"),
        ("write: {sequence_by: [a]}", "LS150", "write.sequence_by"),
        ("write: {when_matched: ignore}", "LS150", "write.when_matched"),
        ("write: {apply_as_deletes: op = 'D'}", "LS150", "write.apply_as_deletes"),
        ("write: {key_implies: [a]}", "LS150", "write.key_implies"),
        ("write: {key_filter: {}}", "LS150", "write.key_filter"),
        ("write: {strategy: upsert, sequence_by: [a]}", "LS150", "write.keys"),
        ("write: {strategy: upsert, keys: [a]}", "LS150", "write.sequence_by"),
        (
            "write: {strategy: upsert, keys: [a], when_matched: ignore, apply_as_deletes: d}",
            "LS150",
            "write.apply_as_deletes",
        ),
        (
            "write: {strategy: upsert, keys: [a], sequence_by: [b], partition_by: [a, c]}",
            "LS152",
            "write.partition_by.1",
        ),
        (
            "steps: [aggregate: {by: [a], measures: {n: count(*)}}]\nwrite: {strategy: aggregate}",
            "LS150",
            "write.keys",
        ),
        ("write: {method: merge}", "LS158", "write.method"),
        ("write: {strategy: upsert, keys: [a], sequence_by: [b], method: append_new}", "LS159", "write.method"),
        ("write: {strategy: upsert, keys: [a], when_matched: ignore, method: replace_where}", "LS159", "write.method"),
        (
            "properties: {delta.enableDeletionVectors: 'false'}\n"
            "write: {strategy: upsert, keys: [a], sequence_by: [b], method: replace_where}",
            "LS159",
            "write.method",
        ),
        (AGGREGATE.replace("keys", "sequence_by: [a], keys"), "LS150", "write.sequence_by"),
        (AGGREGATE.replace("keys", "key_filter: {fpr: 0.01}, keys"), "LS150", "write.key_filter"),
        (AGGREGATE.replace("keys", "when_matched: update, keys"), "LS150", "write.when_matched"),
        (AGGREGATE.replace("keys", "apply_as_deletes: a, keys"), "LS150", "write.apply_as_deletes"),
        ("write: {strategy: aggregate, keys: [a]}", "LS151", "steps"),
        ("steps: [aggregate, drop: [a]]\nwrite: {strategy: aggregate, keys: [a]}", "LS151", "steps"),
        (AGGREGATE.replace("by: [day]", "by: [day, a]"), "LS151", "steps.0.aggregate.by"),
        (
            AGGREGATE.replace("]\nwrite", ", aggregate: {by: [day], measures: {n: sum(n)}}]\nwrite"),
            "LS151",
            "steps",
        ),
        ("write: {strategy: scd2, sequence_by: [a]}", "LS150", "write.keys"),
        ("write: {strategy: upsert, keys: [a], when_matched: ignore, on_tie: fail}", "LS150", "write.on_tie"),
        ("write: {strategy: scd2, keys: [a]}", "LS150", "write.sequence_by"),
        ("write: {strategy: scd2, keys: [a], sequence_by: [b], when_matched: ignore}", "LS150", "write.when_matched"),
        (
            "write: {strategy: scd2, keys: [a], sequence_by: [b], track_history_columns: [a]}",
            "LS150",
            "write.track_history_columns.0",
        ),
        (
            "nondeterministic: true\nwrite: {strategy: scd2, keys: [a], sequence_by: [b]}",
            "LS150",
            "nondeterministic",
        ),
        (
            "write: {strategy: cdc, keys: [a], sequence_by: [b], max_delete_share: 0.1}",
            "LS150",
            "write.max_delete_share",
        ),
        (
            "write: {strategy: cdc, keys: [a], sequence_by: [b], stored_as_scd_type: 2, apply_as_truncates: c}",
            "LS150",
            "write.apply_as_truncates",
        ),
        ("write: {strategy: cdc, keys: [a], sequence_by: [b], change_format: debezium}", "LS150", "write.keys.0"),
        (
            "write: {strategy: snapshot, keys: [a], sequence_by: [b], apply_as_deletes: c}",
            "LS150",
            "write.apply_as_deletes",
        ),
        (
            "nondeterministic: true\nwrite: {strategy: snapshot, keys: [a], sequence_by: [b]}",
            "LS150",
            "nondeterministic",
        ),
        (
            "columns: {a: {type: array<int>}}\nwrite: {strategy: upsert, keys: [a], when_matched: ignore}",
            "LS150",
            "write.keys.0",
        ),
        ("write: {strategy: replace_partitions}", "LS150", "write.partition_by"),
        ("write: {strategy: replace_all, keys: [a]}", "LS150", "write.keys"),
    ],
)
def test_each_strategy_has_its_settings(problems: Load, text: str, code: str, key: str) -> None:
    # The upstream of all cases is flat, which LS170 says of change events in an envelope.
    found = only([one for one in problems({"tables/silver/s.yml": f"{HEAD}{text}\n"}) if one.code != "LS170"])
    assert (found[0], found[3]) == (code, f"silver.s.{key}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "write: {strategy: append, partition_by: [day]}",
        "write: {strategy: upsert, keys: [a], when_matched: ignore}",
        "write: {strategy: upsert, keys: [a, b], sequence_by: [c], partition_by: [b, m], key_implies: [m]}",
        "write: {strategy: upsert, keys: [a], sequence_by: [c], apply_as_deletes: op = 'D'}",
        "steps: [aggregate: {by: [b, a], measures: {n: count(*)}}]\nwrite: {strategy: aggregate, keys: [a, b]}",
        "steps: [aggregate: {by: [b, a], measures: {n: count(*)}}]\nwrite: {strategy: replace_all}",
        "write: {strategy: replace_partitions, partition_by: [day], allow_empty: true}",
        "write: {strategy: scd2, keys: [a], sequence_by: [b, c], track_history_columns: [d], apply_as_deletes: x}",
        "write: {strategy: cdc, keys: [a], sequence_by: [b], stored_as_scd_type: 2, apply_as_deletes: op = 'D'}",
        "write: {strategy: snapshot, keys: [a], sequence_by: [b], max_delete_share: 0.5}",
        "sql: SELECT 'now()' AS a, `current_date` FROM orders /* rand() */",
        "sql: SELECT now() AS t FROM orders\nnondeterministic: true",
        "steps: [trim, {select: [current_date, now]}, {rename: {a: current_date}}, m:f, {m:f: {x: now}}]",
    ],
)
def test_sound_tables_pass(problems: Load, text: str) -> None:
    assert problems({"tables/silver/s.yml": f"{HEAD}{text}\n"}) == []


@pytest.mark.parametrize(
    ("upstream", "text", "hint"),
    [
        (UPSERT, "", "use strategy: upsert with keys, or strategy: aggregate"),
        (AGGREGATE, "", "use strategy: aggregate, replace_partitions or replace_all"),
        (
            AGGREGATE,
            "write: {strategy: upsert, keys: [day], sequence_by: [total]}\n",
            "use strategy: aggregate, replace_partitions or replace_all",
        ),
    ],
)
def test_rows_that_change_are_not_appended(problems: Load, upstream: str, text: str, hint: str) -> None:
    (problem,) = problems({SILVER: HEAD + upstream, "tables/silver/s.yml": f"from: silver.orders\n{text}"})
    assert (problem.code, problem.key, problem.hint) == ("LS153", "tables.silver.s.write.strategy", hint)


@pytest.mark.parametrize(
    ("upstream", "text"),
    [(IGNORES, ""), (UPSERT, UPSERT), (UPSERT, AGGREGATE), (AGGREGATE, AGGREGATE), ("", "")],
)
def test_an_upstream_whose_rows_stay_or_are_replaced_is_fine(problems: Load, upstream: str, text: str) -> None:
    assert problems({SILVER: HEAD + upstream, "tables/silver/s.yml": f"from: silver.orders\n{text}"}) == []


def test_an_input_may_change(problems: Load) -> None:
    assert problems({"tables/silver/s.yml": HEAD + "inputs: {o: silver.orders, d: gold.daily}\n"}) == []


def test_hints_name_what_is_near(problems: Load) -> None:
    (problem,) = problems({GOLD: "from: silver.order\n" + AGGREGATE})
    assert (problem.what, problem.hint) == ("'silver.order' does not exist", "did you mean 'silver.orders'?")

"""Steps that look at several rows together, where rows are recomputed by group or partition."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import Problem

Load = Callable[..., list[Problem]]
HEAD = "from: bronze.orders\nsteps:\n"
PARTITIONS = "write: {strategy: replace_partitions, partition_by: [day]}\n"
GROUP = "  - aggregate: {by: [day], measures: {n: count(*)}}\n"
GROUPS = "write: {strategy: aggregate, keys: [day]}\n"
RANK = "  - with_columns: {rn: 'row_number() OVER (%s)'}\n"


@pytest.mark.parametrize(
    ("text", "index", "hint"),
    [
        (
            "  - dedupe: {keys: [id], order_by: [seq]}\n" + PARTITIONS,
            0,
            "add day, made in an earlier step, to 'keys'",
        ),
        ("  - aggregate: {by: [id], measures: {day: max(day)}}\n" + PARTITIONS, 0, "to 'by' and PARTITION BY"),
        (RANK % "PARTITION BY id ORDER BY seq" + PARTITIONS, 0, "to PARTITION BY; or set write.strategy: replace_all"),
        (RANK % "ORDER BY day" + PARTITIONS, 0, "add day, made in an earlier step, to PARTITION BY"),
        (RANK % "PARTITION BY id, to_date(day)" + PARTITIONS, 0, "add day, made in an earlier step, to PARTITION BY"),
        (RANK % "PARTITION BY day) + max(id) OVER (" + PARTITIONS, 0, "to PARTITION BY"),
        (RANK % "PARTITION BY id ORDER BY seq DESC" + "  - filter: rn = 1\n" + GROUP + GROUPS, 0, "to PARTITION BY"),
        ("  - dedupe: {keys: [id]}\n" + GROUP + GROUPS, 0, "add day, made in an earlier step, to 'keys'"),
        (GROUP + RANK % "ORDER BY n" + GROUPS, 1, "add day, made in an earlier step, to PARTITION BY"),
        (GROUP.replace("count(*)", "'sum(1) / sum(sum(1)) OVER ()'") + GROUPS, 0, "to 'by' and PARTITION BY"),
        (RANK % "PARTITION BY day" + "  - rename: {at: day}\n" + GROUP + GROUPS, 1, "change it in a step before"),
        (
            "  - dedupe: {keys: [id, day]}\n  - with_columns: {day: first}\n" + PARTITIONS,
            1,
            "change it in a step before",
        ),
        (RANK.replace("}", ", Day: lower(day)}") % "PARTITION BY day" + PARTITIONS, 0, "change it in a step before"),
        (GROUP + "  - cast: {day: date}\n" + GROUPS, 1, "change it in a step before"),
        (GROUP + "  - trim: [day]\n" + GROUPS, 1, "change it in a step before"),
    ],
)
def test_no_step_looks_across_what_is_recomputed(problems: Load, text: str, index: int, hint: str) -> None:
    (problem,) = problems({"tables/silver/s.yml": HEAD + text})
    assert (problem.code, problem.key) == ("LS164", f"tables.silver.s.steps.{index}")
    assert hint in problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "  - dedupe: {keys: [id, Day], order_by: [seq]}\n" + PARTITIONS,
        "  - with_columns: {day: to_date(at)}\n  - aggregate: {by: [id, day], measures: {n: count(*)}}\n" + PARTITIONS,
        RANK % "PARTITION BY `Day`, lower(id) ORDER BY seq" + "  - filter: rn = 1\n  - drop: [rn]\n" + PARTITIONS,
        RANK % "PARTITION BY id, day" + "  - filter: rn = 1\n" + GROUP + GROUPS,
        RANK % "PARTITION BY day ROWS 3 PRECEDING" + GROUP + "  - with_columns: {m: n + 1}\n" + GROUPS,
        "  - dedupe: {keys: [id, day]}\n" + GROUP + GROUPS,
        "  - dedupe: {keys: [id]}\n  - select: [day]\nwrite: {strategy: replace_all, partition_by: [day]}\n",
        "  - filter: note <> 'max(a) OVER ()' /* max(b) OVER () */\n" + PARTITIONS,
    ],
)
def test_a_step_may_look_at_what_is_recomputed_together(problems: Load, text: str) -> None:
    assert problems({"tables/silver/s.yml": HEAD + text}) == []


def test_a_batch_is_not_grouped_by_itself(problems: Load) -> None:
    (problem,) = problems({"tables/silver/s.yml": f"{HEAD}{GROUP}"})
    assert (problem.code, problem.key) == ("LS164", "tables.silver.s.steps.0")
    assert problem.hint.startswith("set write.strategy: aggregate")


UPSERT = "write: {strategy: upsert, keys: [id], sequence_by: [day]}\n"
NEWEST = "  - dedupe: {keys: [id, note], order_by: [Day, note]}\n"


@pytest.mark.parametrize(
    "text",
    [
        NEWEST,
        NEWEST.replace("[id, note]", "[note]") + UPSERT,
        NEWEST.replace("[Day, note]", "[note, day]") + UPSERT,
        NEWEST + "write: {strategy: upsert, keys: [id], when_matched: ignore}\n",
        NEWEST + UPSERT.replace("}", ", when_matched: ignore}"),
        NEWEST + "write: {strategy: scd2, keys: [id], sequence_by: [day]}\n",
        RANK % "PARTITION BY id ORDER BY day" + UPSERT,
        "  - filter: row_number() OVER (PARTITION BY id ORDER BY day) = 1\n" + UPSERT,
    ],
)
def test_no_step_looks_at_the_rows_of_a_batch_together(problems: Load, text: str) -> None:
    (problem,) = problems({"tables/silver/s.yml": HEAD + text})
    assert (problem.code, problem.key) == ("LS164", "tables.silver.s.steps.0")
    assert "nondeterministic: true" in problem.hint
    allowed = problems({"tables/silver/s.yml": HEAD + text + "nondeterministic: true\n"})
    assert "LS164" not in [one.code for one in allowed]


def test_a_dedupe_in_the_order_of_an_upsert_changes_nothing(problems: Load) -> None:
    assert problems({"tables/silver/s.yml": HEAD + NEWEST + UPSERT}) == []


def test_groups_are_backfilled_by_a_date_that_is_a_key(problems: Load) -> None:
    steps = "steps: [aggregate: {by: [id], measures: {day: max(day)}}]\n"
    text = f"from: bronze.orders\ncolumns: {{id: {{type: bigint}}, day: {{type: date}}}}\n{steps}event_date: day\n"
    (found,) = problems(
        {"tables/silver/orders.yml": f"{text}write: {{strategy: aggregate, keys: [id], key_implies: [day]}}\n"}
    )
    assert (found.code, found.key) == ("LS154", "tables.silver.orders.event_date")


@pytest.mark.parametrize("condition", ["HAVING count(*) > 1", "QUALIFY count(*) OVER (PARTITION BY d) > 1"])
def test_sql_does_not_choose_rows_of_a_partition_that_it_makes(problems: Load, condition: str) -> None:
    sql = f"from: bronze.orders\nsql: SELECT to_date(Day) AS d, count(*) AS n FROM orders GROUP BY to_date(Day) {condition}\n"
    write = "write: {strategy: replace_partitions, partition_by: [d]}\n"
    (problem,) = problems({"tables/silver/s.yml": sql + write})
    assert (problem.code, problem.key) == ("LS164", "tables.silver.s.sql")
    by_day = sql.replace("to_date(Day) AS d", "Day").replace("BY to_date(Day)", "BY Day")
    assert problems({"tables/silver/s.yml": by_day + write.replace("[d]", "[Day]")}) == []


TEXT = "from: bronze.orders\nsteps:\n%s  - aggregate: {by: [Day], measures: {n: sum(Amount)}}\n"
BY_DAY = "write: {strategy: aggregate, keys: [Day]}\n"


def test_text_is_not_summed(problems: Load) -> None:
    (problem,) = problems({"tables/silver/s.yml": TEXT % "" + BY_DAY})
    assert (problem.code, problem.key) == ("LS199", "tables.silver.s.steps.0")
    assert problems({"tables/silver/s.yml": TEXT % "  - cast: {Amount: int}\n" + BY_DAY}) == []


ORDERED = "from: bronze.orders\ncolumns: {Day: {type: string}, Amount: {type: int}}\nsteps:\n%s"
ALL = "write: {strategy: replace_all}\n"
NEWEST_AMOUNT = "  - dedupe: {keys: [Day], order_by: [Amount]}\n"


def test_text_gives_no_order_of_a_number(problems: Load) -> None:
    (problem,) = problems({"tables/silver/s.yml": ORDERED % NEWEST_AMOUNT + ALL})
    assert (problem.code, problem.key) == ("LS224", "tables.silver.s.steps.0")
    cast = "  - cast: {Amount: int}\n"
    assert problems({"tables/silver/s.yml": ORDERED % (cast + NEWEST_AMOUNT) + ALL}) == []


def test_text_has_no_greatest_number(problems: Load) -> None:
    step = "  - aggregate: {by: [Day], measures: {Amount: max(Amount)}}\n"
    (problem,) = problems({"tables/silver/s.yml": ORDERED % step + BY_DAY})
    assert (problem.code, problem.key) == ("LS224", "tables.silver.s.steps.0")


def test_text_is_the_order_of_text(problems: Load) -> None:
    text = ORDERED.replace("int", "string") % NEWEST_AMOUNT + ALL
    assert problems({"tables/silver/s.yml": text}) == []

"""What a spec says is kept: lines and backslashes of SQL, deletes, keys of an upstream, files and fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import Problem

Load = Callable[..., list[Problem]]
HEAD = "from: bronze.orders\n"
COLUMNS = "columns: {id: {type: bigint, source: OrderId}, amount: {type: int}, day: {type: date}}\n"
UPSERT = "write: {strategy: upsert, keys: [id], sequence_by: [day]}\n"
STEPS = HEAD + COLUMNS + "steps:\n%s" + UPSERT
CDC = (
    HEAD + COLUMNS + "steps:\n%swrite: {strategy: cdc, keys: [id], sequence_by: [day], apply_as_deletes: 'mark = 1'}\n"
)


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        (STEPS % "  - filter: id > 0 -- no test rows AND amount > 0\n", "LS197", "steps.0"),
        (STEPS % "  - filter: >\n      id > 0 -- no test rows\n      AND amount > 0\n", "LS197", "steps.0"),
        (STEPS % "  - filter: cast(id AS string) rlike '^\\d+$'\n", "LS149", "steps.0"),
        (STEPS % "  - with_columns: {last: 'max_by(amount, day) OVER ()'}\n", None, ""),
        (CDC % "  - filter: amount > 0\n  - with_columns: {mark: amount}\n", "LS198", "steps.1"),
        (CDC % "  - with_columns: {mark: amount}\n  - filter: amount > 0\n", None, ""),
        (STEPS % "  - filter: |\n      id > 0 -- no test rows\n      AND amount > 0\n", None, ""),
        (STEPS % "  - filter: note <> '--' and id > 0 /* -- */\n", None, ""),
    ],
)
def test_sql_keeps_its_lines_its_backslashes_and_its_deletes(
    problems: Load, text: str, code: str | None, key: str
) -> None:
    found = [(one.code, one.key) for one in problems({"tables/silver/s.yml": text}) if one.code != "LS164"]
    assert found == ([(code, f"tables.silver.s.{key}")] if code else [])


OF_ORDERS = "from: silver.orders\nsteps:\n%swrite: {strategy: upsert, keys: [%s]%s}\n"


@pytest.mark.parametrize(
    ("steps", "keys", "more", "key"),
    [
        ("  - trim: [note]\n", "amount", "", "keys"),
        ("  - upper: [id]\n", "id", "", "keys"),
        ("  - with_columns: {half: amount / 2}\n", "id, half", "", "keys"),
        ("  - trim: [note]\n", "id, day", "", "keys"),
        ("  - rename: {id: order}\n", "order", "", None),
        ("  - hash_key: {name: k, of: [id]}\n", "k", "", None),
        ("  - trim: [note]\n", "id", "", None),
        ("  - my.steps:clean\n", "customer", "", None),
        ("  - trim: [note]\n", "id", ", sequence_by: [amount]", "sequence_by"),
        ("  - trim: [note]\n", "id", ", sequence_by: [day]", None),
    ],
)
def test_a_table_of_changing_rows_has_their_keys_behind_its_steps(
    problems: Load, steps: str, keys: str, more: str, key: str | None
) -> None:
    found = [(one.code, one.key) for one in problems({"tables/silver/s.yml": OF_ORDERS % (steps, keys, more)})]
    found = [one for one in found if one[0] == "LS153"]
    assert found == ([("LS153", f"tables.silver.s.write.{key}")] if key else [])


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("tables/silver/sales/t.yml", "folder 'sales' is not read"),
        ("sources/erp/o2.yml", "folder 'erp' is not read"),
        ("tables/silver/u.YML", "file name 'u.YML' is not allowed"),
        ("source/o3.yml", "folder 'source' is not read"),
    ],
)
def test_a_spec_that_would_not_be_read_is_named(problems: Load, file: str, what: str) -> None:
    (problem,) = problems({file: HEAD})
    assert (problem.code, problem.what) == ("LS113", what)


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("columns: [a, b]\nfield_names: {c: x}\n", "LS196", "field_names.c"),
        ("columns: [a, b]\nfield_names: {a: B}\n", "LS196", "field_names"),
        ("columns: [a, b]\nheader: false\noptional_columns: [b]\n", "LS126", "optional_columns"),
        ("columns: [a, b]\nrow_tag: x\n", "LS126", "row_tag"),
    ],
)
def test_fields_of_a_source_fit_its_columns(problems: Load, text: str, code: str, key: str) -> None:
    (problem,) = problems({"sources/x.yml": f"format: csv\npath: x\n{text}"})
    assert (problem.code, problem.key) == (code, f"sources.x.{key}")

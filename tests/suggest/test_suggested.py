"""What a sample suggests, and what it must not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakesmith.spec.load import load_project
from lakesmith.spec.model.checks.check_list import check_list
from lakesmith.suggest.sample import Sample
from lakesmith.suggest.suggested import Suggested, suggested
from lakesmith.suggest.text_types import type_of_text
from lakesmith.suggest.yaml_output import column_spec
from lakesmith.validate import validate

MANY = 200


def of_column(values: Sequence[Any], kind: str = "string", secret: bool = False) -> Suggested:
    rows = [{"a": value} for value in values]
    return suggested(Sample("silver.a", {"a": kind}, rows, len(rows), frozenset("a" if secret else "")))


def checks(found: Suggested) -> dict[str, dict[str, Any]]:
    return {one.check["check"]: dict(one.check) for one in found.suggestions if one.is_firm}


def repeated(*values: Any) -> list[Any]:
    return [value for value in values for _ in range(MANY // len(values))]


@pytest.mark.parametrize(("texts", "kind"), [
    (["1", "-2", "0"], "int"),
    (["1", "3000000000"], "bigint"),
    (["9" * 30], "decimal(38,0)"),
    (["9" * 39], "string"),
    (["007", "1"], "string"),
    (["+1"], "string"),
    (["-0.50", "12"], "decimal(6,2)"),
    (["0." + "1" * 38], "string"),
    (["1e3", "9007199254740993"], "string"),
    (["1e3", "2.5"], "double"),
    (["1e999"], "string"),
    (["NaN"], "string"),
    (["1,5"], "string"),
    (["True", "false"], "boolean"),
    (["yes", "true"], "string"),
    (["2024-02-29"], "date"),
    (["2023-02-29"], "string"),
    (["2024-1-1"], "string"),
    (["2024-02-29 10:00", "2024-02-29T10:00:00.5Z"], "timestamp"),
    (["2024-02-29 10:00:00.1234567"], "string"),
    (["2024-02-29", "2024-02-29 10:00"], "string"),
    ([], "string"),
])  # fmt: skip
def test_text_is_read_as_the_narrowest_type_that_keeps_it(texts: list[str], kind: str) -> None:
    assert type_of_text(texts) == kind


def test_a_column_with_a_null_stays_nullable() -> None:
    (full,) = of_column(repeated("x")).columns
    (holed,) = of_column([*repeated("x"), None]).columns
    assert column_spec(full) == {"type": "string", "nullable": False}
    assert column_spec(holed) == {"type": "string"}


def test_blank_text_is_null_in_a_typed_column() -> None:
    (column,) = of_column([*map(str, range(MANY)), " "]).columns
    assert column_spec(column) == {"type": "int"}
    assert not checks(of_column([*map(str, range(MANY)), " "])).get("unique")


def test_few_rows_suggest_nothing_firm() -> None:
    found = of_column([str(number) for number in range(99)])
    assert [column_spec(column) for column in found.columns] == [{"type": "string"}]
    assert not checks(found) and found.suggestions
    text = found.as_yaml()
    assert "checks: []" in text and "  # - {id: a_unique" in text
    assert "int would hold all texts of these few rows" in text


@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_numbers_that_lie_in_no_range_suggest_none(odd: float) -> None:
    numbers = [float(number % 7) for number in range(MANY)]
    assert checks(of_column(numbers, "double"))["between"]["max"] == 6
    assert "between" not in checks(of_column([*numbers, odd], "double"))


def test_times_and_unique_numbers_have_no_greatest_value() -> None:
    assert "max" not in checks(of_column(list(range(MANY)), "int"))["between"]
    assert checks(of_column(repeated("2024-01-01", "2024-01-03")))["between"] == {
        "id": "a_range", "check": "between", "column": "a", "min": "2024-01-01", "on_fail": "warn"
    }  # fmt: skip


def test_values_that_repeat_are_a_set_and_rare_ones_are_not() -> None:
    assert checks(of_column(repeated("open", "paid")))["in_set"]["values"] == ["open", "paid"]
    assert "in_set" not in checks(of_column([f"x{number % 21}" for number in range(10 * MANY)]))
    assert "in_set" not in checks(of_column([f"x{number % 20}" for number in range(199)]))


@pytest.mark.parametrize(("texts", "name"), [
    (["a@b.org", "c@d.org"], "email"),
    (["1.2.3.4", "::1"], "ip"),
    (["::1", "fe80::1"], "ipv6"),
    (["GB82WEST12345698765432", "DE89 3704 0044 0532 0130 00"], "iban"),
    (['{"a": 1}', "[2]"], "json"),
    (["https://a.org", "http://b.org/x"], "url"),
])  # fmt: skip
def test_a_format_that_all_texts_have(texts: list[str], name: str) -> None:
    assert checks(of_column(repeated(*texts)))["matches_format"]["format"] == name
    assert "matches_format" not in checks(of_column([*repeated(*texts), "?"]))


def test_nothing_of_a_secret_column_is_shown() -> None:
    numbers = of_column(repeated(31, 45), "int", secret=True).as_yaml()
    words = of_column(repeated("ann", "bob"), secret=True).as_yaml()
    assert not any(value in numbers + words for value in ("31", "45", "ann", "bob"))


def pair_rows(count: int) -> list[dict[str, Any]]:
    return [{"day": number // 10, "line": number % 10} for number in range(count)]


def test_two_columns_are_a_key_where_none_is() -> None:
    kinds = {"day": "int", "line": "int"}
    assert checks(suggested(Sample("a", kinds, pair_rows(MANY))))["unique"]["columns"] == ["day", "line"]
    twice = [*pair_rows(MANY), {"day": 0, "line": 0}]
    assert "unique" not in checks(suggested(Sample("a", kinds, twice)))


def test_a_name_that_no_contract_has_is_a_comment() -> None:
    rows = [{"a b": number, "id": number} for number in range(MANY)]
    text = suggested(Sample("a", {"a b": "int", "id": "int"}, rows)).as_yaml()
    assert "  # a b: no contract has a column of this name" in text
    assert "- {id: a_b" not in text


def test_rows_that_could_not_be_parsed_are_left_out_and_counted() -> None:
    torn = {"a": None, "_rescued": '{"_corrupt_record": "x"}'}
    rows = [{"a": str(number), "_rescued": None} for number in range(MANY)]
    found = suggested(Sample("a", {"a": "string", "_rescued": "string"}, [*rows, torn]))
    assert column_spec(found.columns[0]) == {"type": "int", "nullable": False}
    assert "# 1 rows that could not be parsed were left out" in found.as_yaml()


ODD = {
    "n": [str(number) for number in range(MANY)],
    "no": ["yes" if number % 2 else "no" for number in range(MANY)],
    "money": [f"{number % 90}.{number % 100:02d}" for number in range(MANY)],
    "huge": [f"12345678901234567{number % 10}.25" for number in range(MANY)],
    "status": ["NO" if number % 2 else "1e3" for number in range(MANY)],
    "quoted": ['it\'s "so": #1' if number % 2 else "a\\b\n" for number in range(MANY)],
    "Day": ["2024-01-01" if number % 2 else "2024-01-31" for number in range(MANY)],
    "at": [f"2024-01-01 10:{number % 60:02d}:00.5" for number in range(MANY)],
    "mail": [f"a{number % 50}@b.org" for number in range(MANY)],
}


def test_the_yaml_passes_validate_when_it_is_pasted(tmp_path: Path) -> None:
    rows = [dict(zip(ODD, values, strict=True)) for values in zip(*ODD.values(), strict=True)]
    text = suggested(Sample("a", dict.fromkeys(ODD, "string"), rows)).as_yaml()
    files = {
        "base": "name: shop",
        "sources/orders": f"format: csv\npath: in\ncolumns: {[*ODD]}".replace("'", '"'),
        "tables/bronze/orders": "from: sources.orders",
        "tables/silver/orders": f"from: bronze.orders\n{text}\n",
    }
    for name, content in files.items():
        file = tmp_path / f"{name}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    loaded = load_project(tmp_path)
    assert validate(loaded) == ()
    table = loaded.project.table("silver.orders")
    assert {name: column.type for name, column in table.columns.items()} == {
        "n": "int", "no": "boolean", "money": "decimal(6,2)", "huge": "decimal(22,2)", "status": "string",
        "quoted": "string", "Day": "date", "at": "timestamp", "mail": "string",
    }  # fmt: skip
    kinds = [check.check for check in table.checks]
    assert (kinds.count("between"), kinds.count("in_set"), kinds.count("unique")) == (5, 2, 1)


VALUES = st.one_of(
    st.none(), st.integers(-5, 5).map(str), st.sampled_from(["", " ", "a", "1.5", "2024-01-01", "true", "007", "1e2"])
)


@settings(max_examples=150, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=6), st.integers(0, 3))
def test_nothing_suggested_is_contradicted_whatever_the_order(values: list[str | None], seed: int) -> None:
    many = [value for value in values for _ in range(40)]
    found = of_column(many)
    shuffled = random.Random(seed).sample(many, len(many))
    assert of_column(shuffled).as_yaml() == found.as_yaml()
    (column,) = found.columns
    check_list([dict(one.check) for one in found.suggestions], {"a": column.kind})
    made = checks(found)
    if column_spec(column).get("nullable") is False:
        assert None not in many
    if "in_set" in made:
        assert {value for value in many if value is not None} == {*made["in_set"]["values"]}
    assert "unique" not in made


@pytest.mark.parametrize("kind", ["array<int>", "struct<a:int>", "binary"])
def test_nested_columns_keep_their_type(kind: str) -> None:
    found = of_column([True] * MANY, kind)
    assert column_spec(found.columns[0]) == {"type": kind, "nullable": False}
    assert not found.suggestions

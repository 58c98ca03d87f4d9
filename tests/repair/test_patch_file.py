"""A file of corrections is read whole, and all its mistakes are listed with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakesmith.errors import InputError
from lakesmith.repair.patch_file import Correction, read_corrections


def written(tmp_path: Path, name: str, text: str) -> Path:
    file = tmp_path / name
    file.write_text(text)
    return file


def test_yaml_and_csv_say_the_same(tmp_path: Path) -> None:
    yaml = written(tmp_path, "a.yml", '- row: 3f2a\n  set: {Qty: "5"}\n- where: {Id: "7"}\n  set: {Qty: "6"}\n')
    first, second = read_corrections(yaml)
    by_row = read_corrections(written(tmp_path, "a.csv", "row,set.Qty\n3f2a,5\n"))
    by_key = read_corrections(written(tmp_path, "b.csv", "where.Id,set.Qty,set.Note\n7,6,\n"))
    assert (first, second.line) == (Correction(1, "3f2a", {}, {"Qty": "5"}), 3)
    assert [one.values for one in by_row] == [first.values]
    assert [(one.where, one.values) for one in by_key] == [({"Id": "7"}, {"Qty": "6"})]


def test_json_may_give_null_numbers_and_truth(tmp_path: Path) -> None:
    text = '[{"where": {"Id": 7, "Note": null}, "set": {"Qty": 5, "Flag": true, "Note": null}}]'
    (one,) = read_corrections(written(tmp_path, "a.json", text))
    assert one.where == {"Id": "7", "Note": None}
    assert one.patch == '{"Qty": 5, "Flag": true, "Note": null}'


def test_a_plain_value_that_has_several_spellings_is_as_written(tmp_path: Path) -> None:
    text = "- where: {Id: 010}\n  set: {a: NO, b: 007, c: 1_000, d: 12:30, e: 0x10, f: 5, g: true, h: ~}\n"
    (one,) = read_corrections(written(tmp_path, "a.yml", text))
    assert one.where == {"Id": "010"}
    assert one.values == {
        "a": "NO", "b": "007", "c": "1_000", "d": "12:30", "e": "0x10", "f": 5, "g": True, "h": None,
    }  # fmt: skip


def test_a_row_whose_name_has_digits_only_is_a_text(tmp_path: Path) -> None:
    (one,) = read_corrections(written(tmp_path, "a.yml", "- {row: 0012345678901234, set: {Qty: '5'}}\n"))
    assert one.row == "0012345678901234"


@pytest.mark.parametrize(
    ("name", "text", "mistakes"),
    [
        ("a.yml", "set: {Qty: '5'}\n", ["a.yml:1 the file is no list of corrections"]),
        ("a.yml", "[]\n", ["a.yml there is no correction"]),
        ("a.yml", "- 5\n- {row: a}\n", ["a.yml:1 the entry is no map", "a.yml:2 the entry has no 'set'"]),
        ("a.yml", "- {row: a, where: {b: c}, set: {d: e}}\n", ["a.yml:1 the entry needs either 'row' or 'where'"]),
        ("a.yml", "- {rows: a, set: {d: e}}\n", ["a.yml:1 unknown key 'rows'"]),
        ("a.yml", "- {row: a, set: {}}\n", ["a.yml:1 'set' is no map of fields and values"]),
        (
            "a.yml",
            "- row: a\n  set: {p: 2.50, d: 2026-01-01, l: [1]}\n",
            [
                "a.yml:1 the value of 'p' is a float: put it in quotes, as it should arrive",
                "a.yml:1 the value of 'd' is a date: put it in quotes, as it should arrive",
                "a.yml:1 the value of 'l' is a list: put it in quotes, as it should arrive",
            ],
        ),
        ("a.yml", "- {row: 'a\n", ["a.yml:2 not valid YAML: found unexpected end of stream"]),
        ("a.csv", "row,Qty\n1,2\n", ["a.csv:1 column 'Qty' is neither 'row' nor 'where.FIELD' nor 'set.FIELD'", "a.csv:1 the header has no column 'set.FIELD'"]),
        ("a.csv", "set.Qty\n2\n", ["a.csv:1 the header needs either 'row' or columns 'where.FIELD'"]),
        ("a.csv", "row,set.Qty\na\nb,\n", ["a.csv:2 the line has another number of cells than the header", "a.csv:3 the line names no row, or no value"]),
        ("a.csv", "", ["a.csv:1 the header needs either 'row' or columns 'where.FIELD'", "a.csv:1 the header has no column 'set.FIELD'"]),
    ],
)  # fmt: skip
def test_all_mistakes_are_listed(tmp_path: Path, name: str, text: str, mistakes: list[str]) -> None:
    file = written(tmp_path, name, text)
    with pytest.raises(InputError) as caught:
        read_corrections(file)
    assert caught.value.code == "LS653"
    found = [line.replace(f"{tmp_path}/", "") for line in caught.value.what.splitlines()[1:]]
    assert found == mistakes

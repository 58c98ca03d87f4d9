from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lakesmith.errors import Problem
from lakesmith.spec.yaml.reader import read_yaml

Load = Callable[..., list[Problem]]


@pytest.mark.parametrize(
    ("text", "code", "line", "key"),
    [
        ("a: 1\nb: 2\na: 3\n", "LS104", 3, "a"),
        ("a:\n  b: 1\n  b: 2\n", "LS104", 3, "a.b"),
        ("a: &x 1\n", "LS105", 1, "a"),
        ("a: !!str 1\n", "LS105", 1, "a"),
        ("a: !mine {b: 1}\n", "LS105", 1, "a"),
        ("a: 1\n---\nb: 2\n", "LS107", 2, ""),
        ("a:\n  - NO\n", "LS108", 2, "a.0"),
        ("a: 1\nb: #text\n", "LS108", 2, "b"),
        ("a: 1\nb:\n  - #7\n", "LS108", 3, "b.0"),
        ("a: {b: [x, 12:30]}\n", "LS108", 1, "a.b.1"),
        ("a: 1\nb: {max: 12345678901234567.89}\n", "LS108", 2, "b.max"),
        ("a:\n  - 1\n  - 0.123456789012345678\n", "LS108", 3, "a.1"),
        ("a: 1e400\n", "LS108", 1, "a"),
        ("a: .5\n", "LS108", 1, "a"),
        ("a: 1_000\n", "LS108", 1, "a"),
        ("a: 0x10\n", "LS108", 1, "a"),
        ("1: a\n", "LS109", 1, "1"),
        ("true: a\n", "LS109", 1, "true"),
        ("2024-01-01: a\n", "LS109", 1, "2024-01-01"),
        ("~: a\n", "LS109", 1, "~"),
        ("? [a, b]\n: c\n", "LS109", 1, "?"),
        ("- a\n- b\n", "LS112", 1, ""),
        ("just text\n", "LS112", 1, ""),
        ("a: [1, 2\n", "LS103", 2, ""),
        ("a: 1\n\tb: 2\n", "LS103", 2, ""),
        ("a: 'open\n", "LS103", 2, ""),
        ("a: b: c\n", "LS103", 1, ""),
        ("a: \x00\n", "LS103", 0, ""),
        (b"a: \xff\xfe\n", "LS103", 0, ""),
        ("a: 1\n".encode("utf-16"), "LS103", 0, ""),
    ],
)
def test_each_surprise_is_a_problem_with_its_place(
    tmp_path: Path, text: str | bytes, code: str, line: int, key: str
) -> None:
    file = tmp_path / "x.yml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    found: list[Problem] = []
    read_yaml(file, found)
    assert [(p.code, p.file, p.line, p.key) for p in found] == [(code, str(file), line, key)]


def test_aliases_and_merge_keys_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text("a: &x {b: 1}\nc:\n  <<: *x\n")
    found: list[Problem] = []
    read_yaml(file, found)
    assert [(p.code, p.line, p.what) for p in found] == [
        ("LS105", 1, "anchor '&x'"),
        ("LS105", 3, "merge key '<<'"),
        ("LS105", 3, "alias '*x'"),
    ]


def test_values_keep_their_lines_and_types(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text('\ufeff# comment\na:\n  b: 1\n  c: [x,\n    "NO"]\non: null\nd: |\n  text\n', encoding="utf-8")
    found: list[Problem] = []
    node = read_yaml(file, found)
    assert found == [] and node is not None
    assert node.plain() == {"a": {"b": 1, "c": ["x", "NO"]}, "on": None, "d": "text\n"}
    lines = {path: origin.line for path, origin in node.origins() if path}
    assert lines == {("a",): 2, ("a", "b"): 3, ("a", "c"): 4, ("a", "c", 0): 4, ("a", "c", 1): 5, ("on",): 6, ("d",): 7}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null\n"])
def test_an_empty_file_is_an_empty_map(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.yml"
    file.write_text(text)
    found: list[Problem] = []
    node = read_yaml(file, found)
    assert found == [] and node is not None and node.plain() == {}


@pytest.mark.parametrize("text", ["a: " + "[" * 5000, "a: " + "{b: " * 5000, "- " * 5000, "? " * 5000])
def test_deep_nesting_is_one_quick_problem(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.yml"
    file.write_text(text)
    found: list[Problem] = []
    begin = time.perf_counter()
    assert read_yaml(file, found) is None
    assert time.perf_counter() - begin < 1
    assert [(p.code, p.line) for p in found] == [("LS106", 1)]


def test_twenty_levels_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text("a: " + "[" * 19 + "]" * 19)
    found: list[Problem] = []
    assert read_yaml(file, found) is not None
    assert found == []


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text("# " + "x" * 1024 * 1024)
    found: list[Problem] = []
    assert read_yaml(file, found) is None
    assert [(p.code, p.what) for p in found] == [("LS103", "the file is larger than 1024 KiB")]


def test_the_hint_says_what_yaml_reads_and_to_quote(problems: Load) -> None:
    (problem,) = problems({"base.yml": "name: shop\nwarehouse: 12:30\n"})
    assert problem.what == "unquoted 12:30: YAML may read the number 750 (base 60)"
    assert problem.hint.startswith('quote it: "12:30"')
    assert (problem.file, problem.line, problem.key) == ("conf/base.yml", 2, "warehouse")


def test_a_file_that_cannot_be_read_makes_no_further_problems(problems: Load) -> None:
    found = problems({"tables/silver/orders.yml": "from: [bronze.orders\n"})
    assert [(p.code, p.file, p.key) for p in found] == [
        ("LS103", "conf/tables/silver/orders.yml", "tables.silver.orders")
    ]


def test_a_comment_behind_a_key_is_one_where_it_is_written_as_such(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("a: # of today\n  b: 1 #x\nc: ## none\nd: '' #x\ne: '#5'\n", encoding="utf-8")
    problems: list[Problem] = []
    read_yaml(file, problems)
    assert problems == []
    file.write_text("password: #secret\n", encoding="utf-8")
    read_yaml(file, problems)
    assert [one.code for one in problems] == ["LS108"] and "secret" not in problems[0].what

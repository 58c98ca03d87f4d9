from __future__ import annotations

import re
from pathlib import Path

from tests.parts import part_of, read_parts

ROOT = Path(__file__).resolve().parents[1]


def test_each_proof_that_is_listed_exists() -> None:
    listed = [test for part in read_parts().values() for test in part.get("tests", ())]
    lost = []
    for test in listed:
        file, _, name = test.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        if name and f"def {name.split('[')[0]}(" not in text:
            lost.append(test)
    assert lost == []
    assert len(listed) == len(set(listed))


def test_a_case_of_a_test_may_be_a_proof_by_itself() -> None:
    parts = {
        "a": {"tests": ["tests/x.py::test_y[1]"]},
        "b": {"tests": ["tests/x.py::test_z"]},
        "c": {"tests": ["tests/x.py::test_w[*-run2]"]},
    }
    assert part_of("tests/x.py::test_y[1]", parts) == "a"
    assert part_of("tests/x.py::test_y[2]", parts) is None
    assert part_of("tests/x.py::test_z[1]", parts) == "b"
    assert part_of("tests/x.py::test_w[a-run2]", parts) == "c"
    assert part_of("tests/x.py::test_w[a-run1]", parts) is None


def test_make_knows_each_part() -> None:
    named = re.search(r"^PARTS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert named is not None
    assert named.group(1).split() == [*read_parts(), "connect"]

"""No module stands on a long chain of others. What only the type checker imports does not count."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LIB = Path(__file__).resolve().parents[1] / "lib"
LONGEST = 16
FILES = [file for file in (LIB / "lakesmith").rglob("*.py") if "template" not in file.parts]
MODULES = {".".join(file.relative_to(LIB).with_suffix("").parts).removesuffix(".__init__"): file for file in FILES}


def imported(name: str) -> Iterator[str]:
    for node in ast.parse(MODULES[name].read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = node.module or ""
            inside = [f"{package}.{alias.name}" for alias in node.names]
            yield from (module if module in MODULES else package for module in inside)


@cache
def chain(name: str) -> tuple[str, ...]:
    below = [chain(module) for module in imported(name) if module in MODULES and module != name]
    return (name, *max(below, key=len, default=()))


def test_no_chain_of_imports_is_long() -> None:
    longest = max(map(chain, MODULES), key=len)
    assert len(longest) <= LONGEST, "\n".join(longest)

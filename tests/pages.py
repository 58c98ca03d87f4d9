"""Write the pages that are generated from the code; ``python -m tests.pages``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from lakesmith.codes.reference import error_codes
from lakesmith.spec.json_schema import write_schemas
from lakesmith.spec.reference import spec_reference

ROOT = Path(__file__).resolve().parents[1]
LIB = ROOT / "lib" / "lakesmith"
PAGE = ROOT / "docs" / "layout.md"
HEAD = """# Layout

Every module of `lib/lakesmith` with the first sentence of its docstring. Imports point one way, as `pyproject.toml` lists
the layers. `lib/retail` is the sample's domain, `conf` its specs, `jobs` its files for `spark-submit`; `tests` mirrors
`lib`.

A batch is `batch/run.py`: read, transform, gate, write, record.
"""


def first_sentence(file: Path) -> str:
    """Return the first paragraph of a module's docstring on one line."""
    doc = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(doc.split("\n\n")[0].split())


def packages() -> list[Path]:
    """Return the folders that hold modules, in the order of their names."""
    folders = {file.parent for file in LIB.rglob("*.py") if "template" not in file.parts}
    return sorted(folders, key=lambda folder: folder.relative_to(LIB).parts)


def section(folder: Path) -> Iterator[str]:
    """Yield the lines of one folder."""
    name = folder.relative_to(LIB.parent).as_posix()
    yield f"\n## `{name}`\n"
    yield f"{first_sentence(folder / '__init__.py')}\n"
    modules = [file for file in sorted(folder.glob("*.py")) if file.name != "__init__.py"]
    if modules:
        yield "| module | |\n|---|---|"
    for file in modules:
        yield f"| `{file.name}` | {first_sentence(file).replace('|', chr(92) + '|')} |"


def layout() -> str:
    """Return the page."""
    lines = [line for folder in packages() for line in section(folder)]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(layout(), encoding="utf-8")
    (ROOT / "docs" / "spec-reference.md").write_text(spec_reference(), encoding="utf-8")
    (ROOT / "docs" / "error-codes.md").write_text(error_codes(), encoding="utf-8")
    write_schemas(ROOT / "conf" / "schema")

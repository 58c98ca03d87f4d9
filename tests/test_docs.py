from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lakesmith.codes.reference import error_codes
from lakesmith.spec.reference import spec_reference
from tests.pages import PAGE, layout

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))


def links(page: Path) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()) if "://" not in link]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_test_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+\.py)\)", page.read_text())
    assert [(test, file) for test, file in named if f"def {test}(" not in (ROOT / file).read_text()] == []


def test_each_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text()
    assert [page.name for page in PAGES if f": {page.name}\n" not in navigation] == []


def test_the_layout_is_that_of_the_code() -> None:
    assert PAGE.read_text() == layout(), "write it again: python -m tests.pages"


@pytest.mark.parametrize(("page", "text"), [("spec-reference.md", spec_reference), ("error-codes.md", error_codes)])
def test_the_references_are_those_of_the_code(page: str, text: Callable[[], str]) -> None:
    assert (ROOT / "docs" / page).read_text("utf-8") == text(), "write it again: python -m tests.pages"

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lakesmith.codes import CATALOGUE, explain
from lakesmith.codes.reference import error_codes, escape
from lakesmith.errors import LakesmithError

LIB = Path(__file__).resolve().parents[1] / "lib"
CODE = re.compile(r"\bLS[0-9]{3}\b")


def used_codes() -> dict[str, str]:
    catalogue = LIB / "lakesmith" / "codes"
    files = [file for file in LIB.rglob("*.py") if not file.name.endswith("codes.py") and file.parent != catalogue]
    return {code: str(file.relative_to(LIB)) for file in files for code in CODE.findall(file.read_text("utf-8"))}


def test_every_code_that_is_used_is_explained() -> None:
    assert {code: file for code, file in used_codes().items() if code not in CATALOGUE} == {}


def test_every_explained_code_is_used() -> None:
    assert set(CATALOGUE) - set(used_codes()) - {"LS001"} == set()


def test_every_explanation_is_whole() -> None:
    for code, entry in CATALOGUE.items():
        assert CODE.fullmatch(code) and entry.code == code
        assert entry.title and entry.meaning.endswith(".") and entry.action.endswith(".")


def test_a_code_is_found_in_any_case() -> None:
    assert explain(" ls104 ").title == "key written twice"


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(LakesmithError, match="LS001 no code 'LS999'"):
        explain("LS999")


def test_each_code_is_explained_once() -> None:
    files = [*(LIB / "lakesmith" / "codes").glob("*.py"), *(LIB / "lakesmith" / "spec").glob("*codes.py")]
    codes = [code for file in files for code in re.findall(r'^    "(LS[0-9]{3})": ', file.read_text("utf-8"), re.M)]
    assert [code for code in codes if codes.count(code) > 1] == []


PRIVATE = re.compile(r"\b(anew|told|aside|mend|somebody|lies|calm|upkeep|by itself|of its own|arrived)\b", re.I)


def test_the_catalogue_uses_the_words_of_the_field() -> None:
    texts = {code: f"{entry.title} {entry.meaning} {entry.action}" for code, entry in CATALOGUE.items()}
    assert {code: PRIVATE.findall(text) for code, text in texts.items() if PRIVATE.search(text)} == {}


# Of the words above, those that have no other use in the name of a test.
NAMED = re.compile(r"(?<![a-z])(calm|anew|aside|mended|rooms|told)(?![a-z])")
# A leftover, to be renamed with the next change of its file.
STILL = {"test_of_a_sensitive_column_no_value_is_told"}


def test_the_names_of_tests_use_the_words_of_the_field() -> None:
    files = [*Path(__file__).parent.rglob("*.py")]
    names = {name for file in files for name in re.findall(r"^ *def (test_\w+)", file.read_text("utf-8"), re.M)}
    assert [name for name in sorted({*names, *(file.stem for file in files)} - STILL) if NAMED.search(name)] == []


def test_a_title_is_short_and_no_sentence() -> None:
    assert [code for code, entry in CATALOGUE.items() if entry.title.endswith(".") or len(entry.title) > 60] == []


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("*x, <<", r"\*x, &lt;&lt;"), ("`_a*b<c>`", "`_a*b<c>`"), ("_raw", r"\_raw")],
)
def test_markdown_shows_a_text_as_it_is(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_the_page_has_each_code() -> None:
    page = error_codes()
    assert [code for code in CATALOGUE if f"\n### {code}\n" not in page] == []

"""Write imported checks as YAML that a spec takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lakesmith.spec.yaml.scalars import is_boolean_word, plain_value, twist

if TYPE_CHECKING:
    from lakesmith.check_imports.imported import Imported, ImportedCheck, ImportedTable

_LINE = 100
# Text that needs no quotes, also within brackets.
_PLAIN = re.compile(r"\w(?:[\w.%-]|(?<! ) (?=\S))*")
_PRINTED = re.compile(r"[ -~\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*")


def yaml_documents(imported: Imported) -> str:
    """Return one document for each table, with its name as a comment.

    Parameters
    ----------
    imported : Imported

    Returns
    -------
    str
        A comment alone when no check was imported.

    Examples
    --------
    >>> from lakesmith.check_imports.imported import Imported, ImportedCheck, ImportedTable
    >>> one = ImportedCheck({"id": "some", "check": "row_count", "min": 1})
    >>> table = ImportedTable("orders", (one,))
    >>> print(yaml_documents(Imported("a.yml", "dbt", "dbt", (table,), (), ())))
    # orders: 1 check of a.yml (dbt)
    checks:
      - {id: some, check: row_count, min: 1}
    """
    source = f"{imported.file} ({imported.title})"
    documents = [_document(table, source) for table in imported.tables]
    if not documents:
        return f"# no check of {source} was imported"
    return "\n---\n".join(documents)


def _document(table: ImportedTable, source: str) -> str:
    count = len(table.checks)
    noun = "check" if count == 1 else "checks"
    name = f"{table.table}: " if table.table else ""
    lines = [f"# {name}{count} {noun} of {source}", "checks:"]
    for one in table.checks:
        lines += _check(one)
    return "\n".join(lines)


def _check(one: ImportedCheck) -> Iterator[str]:
    for difference in one.differs:
        yield f"  # differs: {' '.join(difference.split())}"
    line = f"  - {flow(one.check)}"
    if len(line) <= _LINE:
        yield line
        return
    for place, (key, value) in enumerate(one.check.items()):
        mark = "-" if place == 0 else " "
        text = flow(value)
        yield f"  {mark} {key}: {text}"


def flow(value: Any) -> str:
    r"""Return a value on one line.

    Examples
    --------
    >>> flow({"column": "a", "pattern": r"^\d$", "values": ["no", "5 %", 1e-7, "it's"]})
    '{column: a, pattern: \'^\\d$\', values: ["no", 5 %, 0.0000001, "it\'s"]}'
    """
    if isinstance(value, Mapping):
        pairs: list[str] = []
        for key, one in value.items():
            name = flow(key)
            pairs.append(f"{name}: {flow(one)}")

        inner = ", ".join(pairs)
        return f"{{{inner}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return _number(value)
    return _text(str(value))


def _number(value: int | float) -> str:
    text = format(Decimal(repr(value)), "f")
    kind = type(plain_value(text))
    is_plain = kind in (int, float) and not _twisted(text)
    return text if is_plain else _text(text)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _twisted(text) and plain_value(text) == text:
        return text
    if _PRINTED.fullmatch(text) and "'" not in text and "\\" in text:
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not _PRINTED.fullmatch(text))


def _twisted(text: str) -> bool:
    return bool(twist(text)) or is_boolean_word(text)

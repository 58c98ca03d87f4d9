"""Write suggestions as YAML of a table's spec, each with what it rests on as a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.output.yaml_text import flow
from lakesmith.spec.model.base import COLUMN_PATTERN
from lakesmith.spec.values.column_types import type_problem
from lakesmith.suggest.suggestion import of_rows, spaced
from lakesmith.suggest.typed import FEW

if TYPE_CHECKING:
    from lakesmith.suggest.suggested import Suggested
    from lakesmith.suggest.suggestion import Suggestion
    from lakesmith.suggest.typed import TypedColumn


def suggested_yaml(found: Suggested) -> str:
    """Return suggestions as the keys `columns` and `checks` of a table's spec.

    Parameters
    ----------
    found : Suggested

    Returns
    -------
    str
        What rests on few values is a comment, and so are columns that no contract can have.

    Examples
    --------
    >>> from lakesmith.suggest.sample import Sample
    >>> from lakesmith.suggest.suggested import suggested
    >>> rows = [{"id": number, "ok": "yes"} for number in range(100)]
    >>> kinds = {"id": "bigint", "ok": "string"}
    >>> print(suggested_yaml(suggested(Sample("silver.a, version 3", kinds, rows, 100))))
    # silver.a, version 3: 100 of 100 rows were seen
    # to review: what is not true of these rows is not suggested, others may differ
    columns:
      id: {type: bigint, nullable: false}  # no NULL in 100 rows
      ok: {type: boolean, nullable: false}  # boolean in 100 of 100 values; no NULL in 100 rows
    checks:
      # 100 different in 100 rows
      - {id: id_unique, check: unique, columns: [id], on_fail: warn}
      # 100 of 100 values are between 0 and 99
      - {id: id_range, check: between, column: id, min: 0, on_fail: warn}
    """
    columns = [line for column in found.columns for line in _column(column)]
    usable = [one for one in found.suggestions if _is_named(one)]
    checks = [line for one in usable for line in _check(one)]
    is_listed = any(one.is_firm for one in usable)
    has_columns = any(not line.lstrip().startswith("#") for line in columns)
    parts = [
        *_head(found),
        "columns:" if has_columns else "columns: {}",
        *columns,
        "checks:" if is_listed else "checks: []",
        *checks,
    ]
    return "\n".join(parts)


def _head(found: Suggested) -> Iterator[str]:
    seen = spaced(found.rows)
    total = "more" if found.total is None else spaced(found.total)
    yield f"# {found.subject}: {seen} of {total} rows were seen"
    if found.unparsed:
        yield f"# {spaced(found.unparsed)} rows that could not be parsed were left out"
    if found.rows < FEW:
        yield f"# fewer than {FEW} rows: what rests on them is a comment"
    else:
        yield (
            "# to review: what is not true of these rows is not suggested, others may differ"
        )


def _column(column: TypedColumn) -> Iterator[str]:
    problem = type_problem(column.kind)
    if problem or not _is_name(column.name):
        reason = problem or "no contract has a column of this name"
        yield f"  # {' '.join(column.name.split())}: {reason}"
        return
    declared = column_spec(column)
    notes = "; ".join(_notes(column))
    yield f"  {flow(column.name)}: {flow(declared)}  # {notes}"


def column_spec(column: TypedColumn) -> dict[str, Any]:
    """Return a column as a contract has it."""
    spec: dict[str, Any] = {"type": column.kind}
    if column.rows >= FEW and not column.nulls:
        spec["nullable"] = False
    return spec


def _notes(column: TypedColumn) -> Iterator[str]:
    count = len(column.values)
    if column.kind != column.stored:
        yield f"{column.kind} in {of_rows(count, count, 'values')}"
    elif column.read_as != column.kind and column.values:
        yield f"{column.read_as} would hold all texts of these few rows"
    if column.nulls:
        nothing = "NULL" if column.kind == column.stored else "NULL or blank"
        yield f"{nothing} in {of_rows(column.nulls, column.rows)}"
    else:
        yield f"no NULL in {spaced(column.rows)} rows"


def _is_named(suggestion: Suggestion) -> bool:
    check = suggestion.check
    names = check["columns"] if "columns" in check else [check["column"]]
    return all(map(_is_name, names))


def _is_name(name: str) -> bool:
    return re.fullmatch(COLUMN_PATTERN, name) is not None


def _check(suggestion: Suggestion) -> Iterator[str]:
    lead = "" if suggestion.is_firm else "# "
    yield f"  # {suggestion.support}"
    yield f"  {lead}- {flow(suggestion.check)}"

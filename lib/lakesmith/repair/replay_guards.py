"""Refuse replays that could not give each row its place, or could give it two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lakesmith.errors import InputError
from lakesmith.spec.change_semantics import upstream_decides
from lakesmith.spec.values.nondeterministic import nondeterministic_calls
from lakesmith.spec.values.sql_text import code_of
from lakesmith.transforms.from_raw import opaque_columns

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

    from lakesmith.spec.model import Project, Table

_SELECT = re.compile(r"\bselect\b", re.IGNORECASE)
_REBUILD = (
    "correct the cause, then `lakesmith run --rebuild --select {}` reads all rows"
)


def require_replayable(project: Project, name: str) -> None:
    """Refuse a table whose quarantined rows cannot be sent through it again.

    Raises
    ------
    InputError
        LS650 with the reason and what to do instead.

    Examples
    --------
    >>> from lakesmith.spec.example import example_project
    >>> require_replayable(example_project(), "silver.b")
    >>> require_replayable(example_project(), "bronze.a")
    Traceback (most recent call last):
    ...
    lakesmith.errors.InputError: LS650 bronze.a keeps all rows that it reads, and has no quarantine
      where: bronze.a
      next:  replay the table downstream that quarantined the rows
    """
    spec = project.table(name)
    found = _input_problem(spec) or _strategy_problem(project, spec)
    if found is None:
        return
    what, hint = found
    raise InputError(f"{name} {what}", code="LS650", where=name, hint=hint.format(name))


def require_correctable(project: Project, name: str) -> None:
    """Refuse corrections of rows that the table reads again from its upstream later.

    Raises
    ------
    InputError
        LS650 for a table that keeps versions, or whose events leave values as they were.

    Examples
    --------
    >>> from lakesmith.spec.example import example_project
    >>> require_correctable(example_project(), "silver.b")
    """
    write = project.table(name).write
    if not (write.keeps_history or write.leaves_values):
        return
    raise InputError(
        f"{name} derives rows from all events of its upstream, where the value is not corrected",
        code="LS650",
        where=name,
        hint="land the corrected event as a new file; without --patch the table can be replayed",
    )


def require_repeatable(where: str) -> None:
    """Refuse a condition that a retry could answer otherwise.

    Raises
    ------
    InputError
        LS652 for a function such as ``now()`` or ``rand()``.

    Examples
    --------
    >>> require_repeatable("_batch_id = 4")
    >>> require_repeatable("_quarantined_at > now()")
    Traceback (most recent call last):
    ...
    lakesmith.errors.InputError: LS652 the condition calls now, which differs on every run
      where: --where "_quarantined_at > now()"
      next:  write the value itself, such as a date
    """
    calls = nondeterministic_calls(where)
    place = f'--where "{where}"'
    if calls:
        raise InputError(
            f"the condition calls {', '.join(calls)}, which differs on every run",
            code="LS652",
            where=place,
            hint="write the value itself, such as a date",
        )
    if _SELECT.search(code_of(where)):
        raise InputError(
            "the condition reads a table, which may change before a retry",
            code="LS652",
            where=place,
            hint="list the values, such as _row IN ('3f2a', '91bc')",
        )


def _input_problem(spec: Table) -> tuple[str, str] | None:
    """Return why the raw input of a row is not at hand, with a hint."""
    if spec.source_name:
        return (
            "keeps all rows that it reads, and has no quarantine",
            "replay the table downstream that quarantined the rows",
        )
    if spec.sql:
        return "is made by SQL, which does not keep the raw input of a row", _REBUILD
    if spec.steps and not spec.columns:
        hint = f"name its columns in `columns`; {_REBUILD}"
        return "has steps and no contract, so no raw input of a row is kept", hint
    return None


def _strategy_problem(project: Project, spec: Table) -> tuple[str, str] | None:
    """Return why a row cannot come to its place later, with a hint."""
    write = spec.write
    if write.recomputes:
        what = f"computes its rows from all rows of {spec.from_} that they depend on"
        return f"{what}, so one row cannot be added", _REBUILD
    if write.declared.compares_all:
        hint = "land the corrected snapshot: the next run reads it"
        return "compares whole snapshots, of which one row is no part any more", hint
    decides = upstream_decides(spec, project.table(spec.from_))
    if decides and write.updates_rows:
        what = f"takes the newest image of each row from {spec.from_}"
        return f"{what}, and a quarantined one may be older", _REBUILD
    return None


def require_text(name: str, kind: StructType) -> None:
    """Refuse a table of whose rows the JSON text does not tell all values.

    Raises
    ------
    InputError
        LS650.

    Examples
    --------
    >>> from pyspark.sql.types import StructType
    >>> require_text("silver.orders", StructType.fromDDL("OrderId string"))
    """
    opaque = opaque_columns(kind)
    if opaque:
        raise InputError(
            f"{name} reads columns whose values JSON text does not tell: {', '.join(opaque)}",
            code="LS650",
            where=name,
            hint=f"correct the cause, then `lakesmith run --rebuild --select {name}`",
        )

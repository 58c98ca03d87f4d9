"""List the steps that a spec can name, with what is known of each before Spark starts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint
from typing import Any

from lakesmith.errors import StepError
from lakesmith.spec.installed import load_installed
from lakesmith.spec.step_kinds.large_joins import LARGE_JOINS
from lakesmith.spec.step_kinds.record import (
    Derived,
    Options,
    StepRecord,
    always,
    each_itself,
    lowered,
)
from lakesmith.spec.step_kinds.responses import RESPONSES
from lakesmith.spec.step_kinds.timed_joins import TIMED_JOINS
from lakesmith.spec.values.sql_text import column_names

__all__ = [
    "LIBRARY",
    "Derived",
    "Options",
    "StepRecord",
    "always",
    "each_itself",
    "find_step",
    "installed_steps",
    "lowered",
    "step_names",
]

ENTRY_POINTS = "lakesmith.steps"


def _is_left_join(options: Options) -> bool:
    return bool(options.get("how", "left") == "left")


def _by_sql(options: Options) -> Derived:
    columns = _mapping(options, "columns")
    return {name.lower(): column_names(str(sql)) for name, sql in columns.items()}


def _renamed(options: Options) -> Derived:
    columns = _mapping(options, "columns")
    return {str(new).lower(): lowered([old]) for old, new in columns.items()}


def _parts(options: Options) -> Derived:
    column = lowered([options.get("column")])
    return dict.fromkeys(lowered(options.get("parts")), column)


def _hashed(options: Options) -> Derived:
    of = options.get("of")
    parts = lowered(of) if isinstance(of, list) else None

    return {str(options.get("name")).lower(): parts}


def _mapping(options: Options, option: str) -> dict[str, Any]:
    value = options.get(option)
    items = value.items() if isinstance(value, Mapping) else ()

    return {str(name): item for name, item in items}


def _text(name: str) -> StepRecord:
    function = f"lakesmith.transforms.text:{name}"
    derives = each_itself("columns")
    return StepRecord(function, whole="columns", derives=derives, keeps_rows=always)


LIBRARY: Mapping[str, StepRecord] = {
    "aggregate": StepRecord(
        "lakesmith.transforms.aggregate:aggregate",
        sql=("measures",),
        is_row_wise=False,
        groups_by="by",
        gives_groups=True,
    ),
    "cast": StepRecord(
        "lakesmith.transforms.columns:cast",
        whole="columns",
        derives=each_itself("columns"),
        keeps_rows=always,
    ),
    "date_parts": StepRecord(
        "lakesmith.transforms.dates:date_parts", derives=_parts, keeps_rows=always
    ),
    "dedupe": StepRecord(
        "lakesmith.transforms.keys.dedupe:dedupe",
        is_row_wise=False,
        groups_by="keys",
        orders_by="order_by",
    ),
    "drop": StepRecord(
        "lakesmith.transforms.columns:drop",
        whole="columns",
        removes=("columns",),
        keeps_rows=always,
    ),
    "filter": StepRecord(
        "lakesmith.transforms.filters:filter_rows",
        whole="condition",
        sql=("condition",),
        filters=True,
        passes_rows=True,
    ),
    "hash_key": StepRecord(
        "lakesmith.transforms.keys.hash_key:hash_key",
        derives=_hashed,
        is_reversible=True,
        keeps_rows=always,
    ),
    "join": StepRecord(
        "lakesmith.transforms.joins.join:join",
        inputs={"input": "other"},
        is_row_wise=False,
        keeps_rows=_is_left_join,
        passes_rows=True,
        joins_on="on",
    ),
    "lower": _text("lower"),
    "normalize_text": _text("normalize_text"),
    "rename": StepRecord(
        "lakesmith.transforms.columns:rename",
        whole="columns",
        derives=_renamed,
        removes=("columns",),
        keeps_rows=always,
    ),
    "select": StepRecord(
        "lakesmith.transforms.columns:select",
        whole="columns",
        removes_others=True,
        keeps_rows=always,
    ),
    "trim": _text("trim"),
    "upper": _text("upper"),
    "with_columns": StepRecord(
        "lakesmith.transforms.columns:with_columns",
        whole="columns",
        sql=("columns",),
        derives=_by_sql,
        keeps_rows=always,
    ),
    **LARGE_JOINS,
    **RESPONSES,
    **TIMED_JOINS,
}


def find_step(name: str) -> StepRecord | None:
    """Return the record of a step of the library or of an installed package.

    Examples
    --------
    >>> find_step("trim").whole
    'columns'
    >>> find_step("retail.profiles:described_profiles") is None
    True
    """
    is_function = ":" in name
    if is_function:
        return None
    return LIBRARY.get(name) or installed_steps().get(name)


def step_names() -> list[str]:
    """Return the names of all steps, sorted.

    Examples
    --------
    >>> step_names()[:3]
    ['aggregate', 'anti_join_bloom', 'cap']
    """
    return sorted({*LIBRARY, *installed_steps()})


@cache
def installed_steps() -> Mapping[str, StepRecord]:
    """Return the steps that installed packages register as entry points `lakesmith.steps`.

    Raises
    ------
    StepError
        LS306 for an entry point that cannot be loaded, is no StepRecord, or has a taken name.

    Examples
    --------
    >>> isinstance(installed_steps(), dict)
    True
    """
    found: dict[str, StepRecord] = {}
    for entry, loaded in load_installed(ENTRY_POINTS, _not_loaded):
        if entry.name in (*LIBRARY, *found):
            raise _refused(entry, "its name is taken", "register it by another name")
        found[entry.name] = _require_record(entry, loaded)

    return found


def _require_record(entry: EntryPoint, loaded: object) -> StepRecord:
    if isinstance(loaded, StepRecord):
        return loaded
    what = f"it is a {type(loaded).__name__}"
    raise _refused(entry, what, "let it name a lakesmith.spec.steps.StepRecord")


def _not_loaded(entry: EntryPoint, error: Exception) -> StepError:
    what = f"{type(error).__name__}: {error}"
    return _refused(entry, what, "correct or uninstall the package")


def _refused(entry: EntryPoint, what: str, hint: str) -> StepError:
    return StepError(
        f"cannot register step '{entry.name}': {what}",
        code="LS306",
        where=f"entry point {ENTRY_POINTS}: {entry.name} = {entry.value}",
        hint=hint,
    )

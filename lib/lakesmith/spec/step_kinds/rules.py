"""Check the steps that treat bad values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.spec.rules.steps import is_step
from lakesmith.spec.step_effects import (
    changed_columns,
    gives_groups,
    name_of,
    options_of,
    record_of,
)
from lakesmith.spec.step_kinds.exact_values import (
    NUMBERS,
    TIMES,
    exact_text,
    family_of,
)
from lakesmith.spec.step_kinds.limits import read_limit
from lakesmith.spec.step_kinds.record import lowered
from lakesmith.spec.step_kinds.responses import limits_of
from lakesmith.spec.step_kinds.spans import read_span
from lakesmith.spec.values.check_literals import is_less
from lakesmith.spec.yaml.provenance import Finding, suggest

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.spec.rules.context import Subject

Options = Mapping[str, Any]
Problems = Iterator[tuple[str, str]]

MEASURED = {
    "mean": NUMBERS,
    "median": (*NUMBERS, *TIMES),
    "mode": (*NUMBERS, *TIMES, "string", "boolean"),
    "quantile": (*NUMBERS, *TIMES),
    "zscore": NUMBERS,
    "iqr": NUMBERS,
    "value": (*NUMBERS, *TIMES),
}


def response_rules(subject: Subject) -> Iterator[Finding]:
    """Check options, references and types of the steps that treat values, and where they stand."""
    known = dict(_types(subject.table))
    for index, step in enumerate(subject.table.steps):
        if not is_step(step):
            continue
        record = record_of(step)
        if record is None or not record.treats:
            for changed in changed_columns(step):
                known.pop(changed, None)
            continue
        name = name_of(step)
        options = options_of(step)
        yield from _option_findings(index, name, options)
        yield from _reference_findings(subject, index, options)
        yield from _type_findings(index, name, options, known)
        yield from _place_findings(subject.table, index)


def _types(table: Table) -> Iterator[tuple[str, str]]:
    for name, column in table.columns.items():
        yield name.lower(), column.type


def _option_findings(index: int, name: str, options: Options) -> Iterator[Finding]:
    problems_of = _OPTIONS.get(name, _no_problems)
    problems = [*problems_of(options), *_flag_problems(options)]
    for problem, hint in problems:
        what = f"step '{name}': {problem}"
        yield Finding("LS181", f"steps.{index}", what, hint)


def _no_problems(options: Options) -> Problems:
    return iter(())


def _flag_problems(options: Options) -> Problems:
    flag = str(options.get("flag") or "")
    if flag.lower() == _column(options):
        yield "flag is the column itself", "name another column"


def _column(options: Options) -> str:
    """Return the column that a step treats, in lower case."""
    return str(options.get("column")).lower()


def _impute_problems(options: Options) -> Problems:
    method = options.get("method") or "constant"
    has_value = options.get("value") is not None
    if method == "constant" and not has_value:
        yield "there is no value", "give value: ..., or method: median, mean or mode"
    if method != "constant" and has_value:
        yield f"a value has no {method}", "take out value or method"
    yield from _group_problems(options)
    if options.get("by") and method not in ("mean", "median"):
        yield f"{method} has no groups", "take out 'by', or impute a mean or a median"
    if options.get("reference") and method == "constant":
        yield "a constant needs no reference", "take out reference"


def _cap_problems(options: Options) -> Problems:
    given = [side for side in ("lower", "upper") if options.get(side) is not None]
    if not given:
        yield "there is no limit", "give lower, upper or both"
    for side in given:
        try:
            read_limit(options[side])
        except ValueError as error:
            hint = "write a value, {quantile: 0.99}, {zscore: 3} or {iqr: 1.5}"
            yield f"{side}: {error}", hint
    ranks = [
        limit.given
        for limit in limits_of(options).values()
        if limit.method == "quantile"
    ]
    if len(ranks) == 2 and ranks[0] >= ranks[1]:
        yield "lower is not below upper", "exchange them"


def _fill_gaps_problems(options: Options) -> Problems:
    try:
        read_span(str(options.get("every")))
    except ValueError as error:
        yield f"every: {error}", "write 1 day, 15 minutes, 1 hour, 1 week or 1 month"
    yield from _group_problems(options)
    values = options.get("values")
    taken = _names(options, "by", "column")
    both = [name for name in values or () if str(name).lower() in taken]
    if isinstance(values, Mapping) and both:
        yield f"values sets {', '.join(both)}, which a point has", "take it out"


def _forward_fill_problems(options: Options) -> Problems:
    if not options.get("order_by"):
        yield "order_by is empty", "name the columns that order the rows"
    if _column(options) in _names(options, "by", "order_by"):
        yield "the column cannot order or group itself", "name other columns"


def _group_problems(options: Options) -> Problems:
    if _column(options) in _names(options, "by"):
        yield "the column cannot group itself", "take it out of 'by'"


def _names(options: Options, *keys: str) -> frozenset[str]:
    """Return the columns that options name, in lower case."""
    found: list[Any] = []
    for key in keys:
        value = options.get(key)
        found += value if isinstance(value, list | tuple) else [value]
    return lowered(found)


_OPTIONS: Mapping[str, Callable[[Options], Problems]] = {
    "impute": _impute_problems,
    "cap": _cap_problems,
    "fill_gaps": _fill_gaps_problems,
    "forward_fill": _forward_fill_problems,
}


def _reference_findings(
    subject: Subject, index: int, options: Options
) -> Iterator[Finding]:
    name = options.get("reference")
    tables = [one for one in subject.known if not one.startswith("sources.")]
    if name and name not in tables:
        what = f"no table '{name}' whose statistics could be frozen"
        hint = suggest(str(name), tables, "tables")
        yield Finding("LS181", f"steps.{index}", what, hint)


def _type_findings(
    index: int, name: str, options: Options, known: Mapping[str, str]
) -> Iterator[Finding]:
    kind = known.get(_column(options))
    if not kind:
        return
    problems = [*_type_problems(name, options, kind), *_filled_problems(options, known)]
    for problem, hint in problems:
        what = f"step '{name}': {problem}"
        yield Finding("LS182", f"steps.{index}", what, hint)


def _filled_problems(options: Options, known: Mapping[str, str]) -> Problems:
    """Find the values of `fill_gaps` that their columns cannot hold."""
    values = options.get("values")
    if not isinstance(values, Mapping):
        return
    for column, value in values.items():
        kind = known.get(str(column).lower())
        if kind:
            yield from _value_problems(value, kind)


def _type_problems(name: str, options: Options, kind: str) -> Problems:
    if name == "impute":
        yield from _value_problems(options.get("value"), kind)
        method = options.get("method") or "constant"
        yield from _method_problems(str(method), kind)
    if name == "cap":
        for limit in limits_of(options).values():
            yield from _method_problems(limit.method, kind)
            if limit.method == "value":
                yield from _value_problems(limit.given, kind)
        yield from _order_problems(options, kind)
    if name == "fill_gaps" and family_of(kind) not in TIMES:
        yield (
            f"a column of type {kind} has no points in time",
            "name a date or timestamp",
        )


def _method_problems(method: str, kind: str) -> Problems:
    families = MEASURED.get(method)
    if families is not None and family_of(kind) not in families:
        what = "limit" if method == "value" else method
        yield f"a column of type {kind} has no {what}", _hint_for(kind)


def _hint_for(kind: str) -> str:
    is_timed = family_of(kind) in TIMES
    if is_timed:
        return "take a median, a mode or a quantile"
    has_mode = family_of(kind) in ("string", "boolean")
    return "take the mode or a constant" if has_mode else "compute it in a step"


def _value_problems(value: Any, kind: str) -> Problems:
    if value is None:
        return
    try:
        exact_text(value, kind)
    except ValueError as error:
        yield str(error), f"write a value of type {kind}"


def _order_problems(options: Options, kind: str) -> Problems:
    limits = limits_of(options)
    values = [limit.given for limit in limits.values() if limit.method == "value"]
    try:
        if len(values) == 2 and is_less(values[1], values[0], kind):
            yield "upper is less than lower", "exchange them"
    except ValueError:
        return


def _place_findings(table: Table, index: int) -> Iterator[Finding]:
    step = table.steps[index]
    key = f"steps.{index}"
    if any(gives_groups(later) for later in table.steps[index + 1 :] if is_step(later)):
        what = f"what '{name_of(step)}' does to rows before they are grouped is not counted"
        hint = "treat the values in the table that this one reads"
        yield Finding("LS183", key, what, hint)
    record = record_of(step)
    if record and record.needs_whole and not table.write.recomputes:
        what = (
            f"'{name_of(step)}' needs all rows of a group, and strategy"
            f" '{table.write.strategy}' sees those of one batch"
        )
        hint = (
            "set write.strategy: replace_all, or replace_partitions with the columns of"
            " partition_by among 'by'"
        )
        yield Finding("LS184", key, what, hint)

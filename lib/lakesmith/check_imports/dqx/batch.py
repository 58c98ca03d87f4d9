"""Translate the functions of DQX that look at a whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.check_imports.bounds import Range
from lakesmith.check_imports.dqx.names import FUNCTIONS
from lakesmith.check_imports.drafts import Draft, NoCounterpartError, draft
from lakesmith.check_imports.making import limit_text as limits
from lakesmith.check_imports.making import sql
from lakesmith.check_imports.making.types import schema_type
from lakesmith.spec.values.sql_text import arguments as split
from lakesmith.spec.values.sql_text import sql_tokens

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments
    from lakesmith.check_imports.translators import Translate

named = FUNCTIONS.named
_MEASURES = {
    "sum": "sum", "avg": "mean", "mean": "mean", "min": "minimum", "max": "maximum",
    "stddev": "stddev", "stddev_samp": "stddev", "count_distinct": "distinct_count",
}  # fmt: skip
_COUNTS = ("row_count", "distinct_count")


@named("is_unique")
def _unique(arguments: Arguments) -> Draft:
    check = {"check": "unique", "columns": arguments.columns("columns")}
    are_distinct = arguments.flag("nulls_distinct", True)
    return Draft(check, nulls="any" if are_distinct else "equal")


@named("foreign_key")
def _foreign_key(arguments: Arguments) -> Draft:
    columns = arguments.columns("columns")
    to = arguments.columns("ref_columns")
    if arguments.flag("negate") or arguments.flag("null_safe"):
        raise NoCounterpartError("'negate' and 'null_safe' have no counterpart")
    table = arguments.take("ref_table") or arguments.needed("ref_df_name")
    arguments.ignore("ref_table", "ref_df_name")
    parts = str(table).rsplit(".", 1)
    other = parts[-1].lower()
    made = draft(
        "references",
        columns=columns,
        table=f"silver.{other}",
        to=None if to == columns else to,
        max=0,
        where=sql.given(columns),
    )
    return made.noting(f"the layer of '{other}' is not known, silver was taken")


def _measured(low: bool, high: bool) -> Translate:
    def translate(arguments: Arguments) -> Draft:
        limit = arguments.needed("limit")
        if limits.is_sql(limit):
            raise NoCounterpartError("a limit that is SQL has no counterpart")
        bound = limits.value(limit)
        passing = Range(bound if low else None, bound if high else None)
        return _aggregated(arguments, passing)

    return translate


for _name, _low, _high in (
    ("is_aggr_not_greater_than", False, True),
    ("is_aggr_not_less_than", True, False),
    ("is_aggr_equal", True, True),
):
    named(_name)(_measured(_low, _high))


def _aggregated(arguments: Arguments, passing: Range) -> Draft:
    kind = str(arguments.take("aggr_type", "count"))
    given = arguments.needed("column")
    if kind == "count" and given in ("*", 1, "1"):
        return draft("row_count", **passing.whole())
    arguments.put("column", given)
    column = arguments.column()
    if kind == "count":
        query = sql.select("count(*)", f"{sql.name(column)} IS NOT NULL")
        made = draft("sql", query=query, **passing.whole())
        return Draft(made.check, name=f"{column}_count")
    check = _MEASURES.get(kind)
    if check is None:
        raise NoCounterpartError(f"the aggregate '{kind}' has no counterpart")
    if check in _COUNTS:
        bounds = passing.whole()
    else:
        bounds, _ = passing.closed()
    return draft(check, column=column, **bounds)


@named("has_valid_schema")
def _schema(arguments: Arguments) -> Draft:
    text = arguments.text("expected_schema")
    fields = split(sql_tokens(text))
    columns = dict(_field(tokens) for tokens in fields)
    is_strict = arguments.flag("strict")
    made = draft(
        "schema",
        column_types=columns,
        ordered=True if is_strict else None,
        others=False if is_strict else None,
    )
    return made if is_strict else made.noting("DQX lets wider types pass too")


def _field(tokens: list[str]) -> tuple[str, str]:
    words = [word for word in tokens if word != ":"]
    if [word.upper() for word in words[-2:]] == ["NOT", "NULL"]:
        words = words[:-2]
    if len(words) < 2:
        raise NoCounterpartError("its schema is not understood")
    name, *kind = words
    return name.strip("`"), schema_type("".join(kind))

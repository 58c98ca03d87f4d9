"""Give drafts their condition and what becomes of failing rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from lakesmith.check_imports.drafts import Draft, NoCounterpartError, draft
from lakesmith.check_imports.making import sql
from lakesmith.spec.model.checks import check_model

OF_ALL_ROWS = "the share is of all rows, not of the rows that are checked"


def with_where(given: Draft, where: Any) -> Draft:
    """Return a draft that only looks at the rows for which a condition holds.

    Raises
    ------
    NoCounterpartError
        When the check takes no condition.

    Examples
    --------
    >>> with_where(draft("mean", column="n", min=1), "n > 0").check["where"]
    'n > 0'
    >>> with_where(draft("row_count", min=1), "n > 0").check["query"]
    'SELECT count(*) FROM {table} WHERE n > 0'
    """
    if where is None:
        return given
    if not isinstance(where, str):
        raise NoCounterpartError("its condition is no text")
    kind = str(given.check["check"])
    if kind == "row_count":
        counted = {**given.check, "check": "sql"}
        query = sql.select("count(*)", where)
        name = given.name or "row_count"
        return Draft(
            {**counted, "query": query},
            given.differs,
            name=name,
        )
    model = check_model(kind)
    has_where = model is not None and "where" in model.model_fields
    takes = has_where and kind != "sql"
    if not takes and kind != "unique":
        raise NoCounterpartError(f"the check '{kind}' takes no condition")
    both = sql.all_of(given.check.get("where"), where)
    return given.having(where=both)


def failing(given: Draft, on_fail: str, threshold: Mapping[str, Any] | None) -> Draft:
    """Return a draft that says what becomes of a row or batch that fails.

    Raises
    ------
    NoCounterpartError
        When there is a threshold, and the check does not judge rows.

    Examples
    --------
    >>> failing(draft("not_null", column="n"), "fail", {"fail": "5 %"}).check["threshold"]
    {'fail': '5 %'}
    >>> failing(draft("row_count", min=1), "fail", None).check
    {'check': 'row_count', 'min': 1}
    """
    if given.judges_rows:
        kept = None if on_fail == "quarantine" else on_fail
        limits = dict(threshold) if threshold else None
        texts = [str(limit) for limit in (limits or {}).values()]
        is_share = any("%" in text for text in texts)
        note = OF_ALL_ROWS if is_share and "where" in given.check else ""
        return given.having(on_fail=kept, threshold=limits).noting(note)
    if threshold:
        kind = given.check["check"]
        raise NoCounterpartError(f"a limit of rows has no counterpart for '{kind}'")
    return given.having(on_fail="warn" if on_fail == "warn" else None)


def sure_columns(drafts: Collection[Draft]) -> frozenset[str]:
    """Return the columns that have a value in each row of a table that is published.

    Examples
    --------
    >>> sorted(sure_columns([draft("not_null", column="id"), draft("mean", column="n", min=1)]))
    ['id']
    """
    strict = [
        one.check
        for one in drafts
        if one.check["check"] in ("not_null", "not_blank")
        and one.check.get("on_fail") != "warn"
        and not {"where", "threshold"} & one.check.keys()
    ]
    return frozenset(str(check["column"]) for check in strict)


def settled(given: Draft, sure: frozenset[str]) -> Draft:
    """Return a draft whose check of uniqueness leaves out the rows that it has to.

    `unique` takes NULL as equal to NULL. Where rows without a value are left out and may be
    there, another check says the same.

    Parameters
    ----------
    given : Draft
    sure : frozenset of str
        Columns that have a value in each row.

    Returns
    -------
    Draft

    Examples
    --------
    >>> one = Draft({"check": "unique", "columns": ["id"]}, nulls="any")
    >>> settled(one, frozenset({"id"})).check
    {'check': 'unique', 'columns': ['id']}
    >>> settled(one, frozenset()).check
    {'check': 'unique_share', 'column': 'id', 'min': 1}
    """
    if given.check["check"] != "unique":
        return given
    columns = [str(name) for name in given.check["columns"]]
    where = given.check.get("where")
    if where is None and not _can_be_null(given, columns, sure):
        return given
    kept = {
        key: value
        for key, value in given.check.items()
        if key not in ("check", "columns", "where")
    }
    if len(columns) == 1 and given.nulls != "equal":
        share = draft(
            "unique_share",
            column=columns[0],
            min=1,
            where=where,
        )
        named = replace(share, name=given.name)
        return named.having(**kept).noting(*given.differs)
    counted = _counted(given, columns, where)
    kept_fields = counted.having(**kept)
    return kept_fields.noting(*given.differs)


def _can_be_null(given: Draft, columns: list[str], sure: frozenset[str]) -> bool:
    if given.nulls == "any":
        return not sure.issuperset(columns)
    return given.nulls == "all" and not sure.intersection(columns)


def _counted(given: Draft, columns: list[str], where: str | None) -> Draft:
    joined = {"any": "AND", "all": "OR"}.get(given.nulls)
    values = sql.given(columns, joined) if joined else None
    query = sql.repeated(columns, sql.all_of(where, values))
    made = draft("sql", query=query, max=0)
    listed = "_".join(columns)
    return replace(made, name=given.name or f"{listed}_unique")

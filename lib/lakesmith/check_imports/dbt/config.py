"""Read when a test of dbt fails, warns, and which rows it looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from lakesmith.check_imports.arguments import Arguments
from lakesmith.check_imports.bounds import Range
from lakesmith.check_imports.drafts import Draft, NoCounterpartError
from lakesmith.check_imports.making import sql
from lakesmith.check_imports.making.finishing import failing, with_where
from lakesmith.check_imports.making.limits import Limits
from lakesmith.check_imports.making.row_limits import allows_none, with_row_limits

_SETTINGS = (
    "severity",
    "where",
    "warn_if",
    "error_if",
    "enabled",
    "limit",
    "fail_calc",
)
_NO_MATTER = (
    "tags", "meta", "store_failures", "store_failures_as", "group", "database",
    "schema", "alias",
)  # fmt: skip
_CONDITION = re.compile(r"(>=|>|!=|<>)\s*(\d+)")
# Tests that count different values, where a check counts rows.
_COUNT_VALUES = ("accepted_values", "dbt_utils.not_accepted_values")


@dataclass(frozen=True)
class Config:
    """What the config of a test says."""

    where: str | None
    limits: Limits
    name: str = ""
    description: str | None = None

    def named(self, name: Any, description: Any) -> Config:
        """Return the config with the name and the description of the test."""
        described = str(description) if description else None
        return replace(
            self,
            name=str(name or ""),
            description=described,
        )

    def finish(self, given: Draft, test: str) -> Draft:
        """Return a draft with what the config says.

        Raises
        ------
        NoCounterpartError
            When its limits have no counterpart.
        """
        named = replace(given, name=self.name or given.name)
        limited_to = with_where(named, self.where)
        taken = limited_to.having(description=self.description)
        is_plain = allows_none(self.limits)
        if taken.judges_rows:
            note = (
                ""
                if is_plain or test not in _COUNT_VALUES
                else ("a limit counts rows here, different values in dbt")
            )
            return with_row_limits(taken, self.limits).noting(note)
        if is_plain:
            return failing(taken, "fail" if self.limits.fail else "warn", None)
        return self._with_bounds(taken)

    def _with_bounds(self, given: Draft) -> Draft:
        counted = _counting(given)
        fail = self.limits.fail
        warn = self.limits.warn
        strict = fail or warn or Range(0, 0)
        narrow = warn.whole() if fail and warn else None
        on_fail = None if fail else "warn"
        upper = strict.whole()["max"]
        bounds = {"max": upper, "warn": narrow, "on_fail": on_fail}
        return counted.having(**bounds)


def _counting(given: Draft) -> Draft:
    """Return a draft whose number is that of the failures of the test."""
    check = given.check
    kind = check["check"]
    counts = kind == "sql" and check.get("max") == 0
    if kind == "references" or counts:
        return given
    if kind != "unique":
        raise NoCounterpartError(f"'{kind}' gives no number of failures")
    columns = [str(name) for name in check["columns"]]
    values = None if given.nulls == "equal" else sql.given(columns)
    where = sql.all_of(check.get("where"), values)
    query = sql.repeated(columns, where)
    listed = "_".join(columns)
    name = given.name or f"{listed}_duplicates"
    made = {"check": "sql", "query": query, "max": 0}
    return replace(given, check=made, nulls="equal", name=name)


def read_config(arguments: Arguments) -> Config:
    """Return the config of a test, whose settings may stand beside its arguments.

    Raises
    ------
    NoCounterpartError
        When a setting has no counterpart.

    Examples
    --------
    >>> config = read_config(Arguments({"config": {"error_if": ">10"}}))
    >>> config.limits.fail.whole(), config.limits.warn.whole()
    ({'max': 10}, {'max': 0})
    """
    config = Arguments(arguments.take("config", {}))
    for key in (*_SETTINGS, *_NO_MATTER):
        if key in arguments:
            config.put(key, arguments.take(key))
    config.ignore(*_NO_MATTER)
    if not config.flag("enabled", True):
        raise NoCounterpartError("it is not enabled")
    limits = _limits(config)
    where = config.take("where")
    if any(sign in str(where) for sign in ("{{", "{%")):
        raise NoCounterpartError("'where' is a template, whose value is not known")
    config.refuse_rest()
    return Config(None if where is None else str(where), limits)


def _limits(config: Arguments) -> Limits:
    severity = str(config.take("severity", "error")).lower()
    if severity not in ("error", "warn"):
        raise NoCounterpartError(f"severity '{severity}' has no counterpart")
    fail = _most(config.take("error_if", "!=0"))
    warn = _most(config.take("warn_if", "!=0"))
    if severity == "warn":
        return Limits(warn=Range(0, warn))
    # Without failures it passes; with some it fails before it could warn.
    is_narrower = 0 <= warn < fail
    narrow = Range(0, warn) if is_narrower else None
    return Limits(Range(0, fail), narrow)


def _most(condition: Any) -> int:
    found = _CONDITION.fullmatch(str(condition).strip())
    if found is None:
        raise NoCounterpartError(f"the condition '{condition}' has no counterpart")
    operator, text = found.groups()
    count = int(text)
    if operator in ("!=", "<>") and count:
        raise NoCounterpartError(f"the condition '{condition}' has no counterpart")
    if operator == ">=" and not count:
        raise NoCounterpartError(f"the condition '{condition}' always holds")
    return count - 1 if operator == ">=" else count

"""Find the frozen statistics of a table's steps and checks, and give them to the steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from lakesmith.spec.step_effects import Step, name_of, options_of, record_of
from lakesmith.spec.step_kinds.responses import marker_of

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.spec.step_kinds.statistics import Frozen, Statistic


def needed_statistics(name: str, table: Table) -> tuple[Statistic, ...]:
    """Return the frozen statistics that the steps of a table compute with, each once.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> step = {"impute": {"column": "amount", "method": "median"}}
    >>> table = Table.model_validate({"from": "bronze.orders", "steps": [step]})
    >>> [one.reference for one in needed_statistics("silver.orders", table)]
    ['silver.orders']
    """
    needs = [
        replace(statistic, reference=statistic.reference or name)
        for step in table.steps
        for statistic in _needs(step)
    ]
    return tuple(dict.fromkeys(needs))


def optional_statistics(name: str, table: Table) -> tuple[Statistic, ...]:
    """Return the frozen statistics that a table uses where they are there, each once.

    Its checks compare with them, and refuse a batch without; its steps are faster with them.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> check = {"check": "outlier_share", "column": "n", "method": "quantile", "upper": 0.99}
    >>> checks = [{"id": "few", **check, "max": "2 %"}]
    >>> table = Table.model_validate({"from": "bronze.orders", "checks": checks})
    >>> [(one.reference, one.rank) for one in optional_statistics("silver.orders", table)]
    [('silver.orders', 0.99)]
    """
    of_checks = [one for check in table.checks for one in check.frozen_statistics()]
    of_steps = [one for step in table.steps for one in _may_use(step)]
    found = [
        replace(statistic, reference=statistic.reference or name)
        for statistic in (*of_checks, *of_steps)
    ]
    return tuple(dict.fromkeys(found))


def with_frozen(name: str, table: Table, frozen: Mapping[str, Frozen]) -> Table:
    """Return a table whose steps have the frozen statistics that they compute with.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> step = {"impute": {"column": "amount", "method": "median"}}
    >>> table = Table.model_validate({"from": "bronze.orders", "steps": [step]})
    >>> from lakesmith.spec.step_kinds.statistics import Frozen
    >>> frozen = {"silver.orders": Frozen("silver.orders", 1)}
    >>> with_frozen("silver.orders", table, frozen).steps[0]["impute"]["frozen"].version
    1
    """
    if not any(_needs(step) or _may_use(step) for step in table.steps):
        return table
    steps = tuple(_resolved(name, step, frozen) for step in table.steps)
    return table.model_copy(update={"steps": steps})


def treatments(table: Table) -> Iterator[tuple[str, Mapping[str, object], str]]:
    """Yield the steps that treat values, each with its options and the column of its marks.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> steps = [{"trim": ["sku"]}, {"impute": {"column": "amount", "value": 0}}]
    >>> table = Table.model_validate({"from": "bronze.orders", "steps": steps})
    >>> [(name, marker) for name, _, marker in treatments(table)]
    [('impute', '_treated_impute_amount')]
    """
    for step in table.steps:
        record = record_of(step)
        if record is not None and record.treats:
            name = name_of(step)
            options = options_of(step)
            yield name, options, marker_of(name, options)


def _needs(step: Step) -> tuple[Statistic, ...]:
    record = record_of(step)
    if record is None:
        return ()
    return record.frozen(options_of(step))


def _may_use(step: Step) -> tuple[Statistic, ...]:
    record = record_of(step)
    if record is None:
        return ()
    return record.may_use(options_of(step))


def _resolved(
    name: str, step: Step, frozen: Mapping[str, Frozen]
) -> str | dict[str, object]:
    if isinstance(step, str):
        return step
    used = _needs(step) or _may_use(step)
    if not used:
        return dict(step)
    reference = used[0].reference or name
    found = frozen.get(reference)
    if found is None:
        return dict(step)
    options = {**options_of(step), "frozen": found}
    return {name_of(step): options}

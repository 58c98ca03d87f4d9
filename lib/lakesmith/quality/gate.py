"""The gate: tag rows with the rules they fail, part the good from the bad, and count on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import json_text, named
from lakesmith.columns import GATE, RAW, REASONS
from lakesmith.quality.check_result import CheckResult
from lakesmith.quality.rule import Rule
from lakesmith.types import Transform


def tag(rules: Sequence[Rule]) -> Transform:
    """Add `_gate`: for each rule, whether the row fails it.

    Parameters
    ----------
    rules : sequence of Rule

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs what the rules name -> adds `_gate`, a struct of booleans ``r0``, ``r1``, ...
    in the order of the rules, none of them NULL.

    Examples
    --------
    >>> from lakesmith.quality.rules import compile_rules
    >>> from lakesmith.spec.model import Check, Table
    >>> from lakesmith.testing import frame
    >>> check = Check(id="given", check="not_null", column="id")
    >>> rules = compile_rules(Table(from_="bronze.orders", checks=(check,)), {"id": "int"})
    >>> frame(spark, "id int", [(1,), (None,)]).transform(tag(rules)).show()
    +----+-------+
    |  id|  _gate|
    +----+-------+
    |   1|{false}|
    |NULL| {true}|
    +----+-------+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        return df.withColumn(
            GATE,
            F.struct(*(rule.failed.alias(f"r{i}") for i, rule in enumerate(rules))),
        )

    return apply


def accepted(rules: Sequence[Rule]) -> Transform:
    """Keep the rows of a tagged frame that fail no rule with ``on_fail: quarantine`` or ``drop``.

    Parameters
    ----------
    rules : sequence of Rule
        The rules the frame was tagged with.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `_gate` -> all but `_gate`.

    Examples
    --------
    >>> from lakesmith.quality.rules import compile_rules
    >>> from lakesmith.spec.model import Check, Table
    >>> check = Check(id="small", check="between", column="id", max=1, on_fail="drop")
    >>> rules = compile_rules(Table(from_="bronze.orders", checks=(check,)), {"id": "bigint"})
    >>> spark.range(4).transform(tag(rules)).transform(accepted(rules)).count()
    2
    """

    def apply(df: DataFrame) -> DataFrame:
        return df.filter(~is_set_aside(rules)).drop(GATE)

    return apply


def is_set_aside(rules: Sequence[Rule]) -> Column:
    """Return whether a row of a tagged frame fails a rule with ``on_fail: quarantine`` or ``drop``; never NULL."""
    return _fails(rules, "quarantine", "drop")


def rejected(rules: Sequence[Rule]) -> Transform:
    """Keep the rows of a tagged frame that go to quarantine, each with its reasons and the row as
    it arrived.

    Parameters
    ----------
    rules : sequence of Rule
        The rules the frame was tagged with.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `_gate`, and `_raw` where there is one -> exactly `_reasons`
    (array<struct<check,column,value>>, one entry per failed quarantine rule, `value` as text or
    NULL) and `_raw` (JSON text of `_raw`, or of all columns but `_gate`; NULL fields are kept).

    Examples
    --------
    >>> from lakesmith.quality.rules import compile_rules
    >>> from lakesmith.spec.model import Check, Table
    >>> check = Check(id="small", check="between", column="id", max=2)
    >>> rules = compile_rules(Table(from_="bronze.orders", checks=(check,)), {"id": "bigint"})
    >>> spark.range(4).transform(tag(rules)).transform(rejected(rules)).show()
    +----------------+--------+
    |        _reasons|    _raw|
    +----------------+--------+
    |[{small, id, 3}]|{"id":3}|
    +----------------+--------+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        bad = df.filter(_fails(rules, "quarantine"))
        return bad.select(_reasons(rules).alias(REASONS), _raw_json(df).alias(RAW))

    return apply


def raw_text(df: DataFrame) -> DataFrame:
    """Return each row as it arrived, as JSON text.

    Notes
    -----
    *Columns*: needs ``_raw`` where there is one -> exactly ``_raw`` STRING, as `rejected` writes
    it.
    """
    return df.select(_raw_json(df).alias(RAW))


def gate_metrics(rules: Sequence[Rule]) -> list[Column]:
    """List the aggregates that count what the gate did, to be observed on a tagged frame.

    Parameters
    ----------
    rules : sequence of Rule
        The rules the frame was tagged with.

    Returns
    -------
    list of Column
        `rows`, `quarantined`, `dropped` (and not quarantined), and `failed_0`, `failed_1`, ... per
        rule; 0 when there are no rows.

    Notes
    -----
    *Columns*: needs `_gate` -> one row of bigint.

    Examples
    --------
    >>> spark.range(3).transform(tag([])).agg(*gate_metrics([])).first().asDict()
    {'rows': 3, 'quarantined': 0, 'dropped': 0}
    """
    quarantined = _fails(rules, "quarantine")
    counts = {
        "rows": F.lit(True),
        "quarantined": quarantined,
        "dropped": _fails(rules, "drop") & ~quarantined,
    }
    counts |= {f"failed_{i}": _tag(i) for i in range(len(rules))}
    return [
        F.count(F.when(condition, 1)).alias(name) for name, condition in counts.items()
    ]


def gate_results(
    rules: Sequence[Rule], metrics: Mapping[str, Any]
) -> tuple[CheckResult, ...]:
    """Read the outcome of each rule from the counts of the gate.

    Parameters
    ----------
    rules : sequence of Rule
    metrics : mapping of str to int
        What `gate_metrics` gave.

    Returns
    -------
    tuple of CheckResult
        In the order of the rules: ``error`` for a rule that could not be made, ``pass`` when no row
        failed, else the rule's `on_fail`.

    Examples
    --------
    >>> from lakesmith.quality.rules import compile_rules
    >>> from lakesmith.spec.model import Check, Table
    >>> check = Check(id="given", check="not_null", column="id", on_fail="warn")
    >>> rules = compile_rules(Table(from_="bronze.orders", checks=(check,)), {"id": "int"})
    >>> gate_results(rules, {"rows": 3, "failed_0": 1})[0].message
    '1 of 3 rows'
    """
    return tuple(
        _verdict(rule, metrics[f"failed_{i}"], metrics["rows"])
        for i, rule in enumerate(rules)
    )


def _verdict(rule: Rule, failed: int, rows: int) -> CheckResult:
    if rule.error:
        return CheckResult(rule.id, rule.column, rule.on_fail, "error", 0, rule.error)
    status = rule.on_fail if failed else "pass"
    return CheckResult(
        rule.id,
        rule.column,
        rule.on_fail,
        status,
        failed,
        f"{failed} of {rows} rows" if failed else "",
    )


def _tag(position: int) -> Column:
    return F.col(f"{GATE}.r{position}")


def _fails(rules: Sequence[Rule], *on_fail: str) -> Column:
    tags = [
        _tag(i)
        for i, rule in enumerate(rules)
        if rule.on_fail in on_fail and not rule.error
    ]
    return reduce(or_, tags, F.lit(False)) if tags else F.lit(False)


def _reasons(rules: Sequence[Rule]) -> Column:
    found = [
        F.when(_tag(i), _reason(rule))
        for i, rule in enumerate(rules)
        if rule.on_fail == "quarantine"
    ]
    return F.array_compact(F.array(*found))


def _reason(rule: Rule) -> Column:
    return F.struct(
        F.lit(rule.id).alias("check"),
        F.lit(rule.column).alias("column"),
        rule.sample.alias("value"),
    )


def _raw_json(df: DataFrame) -> Column:
    fields = [named(name) for name in df.columns if name != GATE]
    raw = named(RAW) if RAW in df.columns else F.struct(*fields)
    return json_text(raw, {"ignoreNullFields": "false"})

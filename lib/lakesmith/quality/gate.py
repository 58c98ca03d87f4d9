"""Tag rows with the rules that they fail, keep the good, and count on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.columns import GATE, RAW, REASONS
from lakesmith.quality.raw import raw_json
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.quality.rule import Rule

ON_FAIL = ("quarantine", "drop", "warn", "fail")


def tag(rules: Sequence[Rule]) -> Transform:
    """Add `_gate`, which says for each rule whether the row fails it.

    Parameters
    ----------
    rules : sequence of Rule

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs what the rules name -> adds `_gate`, a struct of booleans ``r0``,
    ``r1``, ... in the order of the rules, none of them NULL.

    Examples
    --------
    >>> from lakesmith.quality.rules import compile_rules
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import NotNull
    >>> from lakesmith.testing import frame
    >>> check = NotNull(id="given", column="id")
    >>> table = Table(from_="bronze.orders", checks=(check,))
    >>> rules = compile_rules(table, {"id": "int"})
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
        tags: list[Column] = []
        for position, rule in enumerate(rules):
            tag = rule.failed.alias(f"r{position}")
            tags.append(tag)
        return df.withColumn(GATE, F.struct(*tags))

    return apply


def accepted(rules: Sequence[Rule]) -> Transform:
    """Keep the rows of a tagged frame that are neither quarantined nor dropped.

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
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import Between
    >>> check = Between(id="small", column="id", max=1, on_fail="drop")
    >>> table = Table(from_="bronze.orders", checks=(check,))
    >>> rules = compile_rules(table, {"id": "bigint"})
    >>> spark.range(4).transform(tag(rules)).transform(accepted(rules)).count()
    2
    """

    def apply(df: DataFrame) -> DataFrame:
        good = df.filter(~is_rejected(rules))
        return good.drop(GATE)

    return apply


def is_rejected(rules: Sequence[Rule]) -> Column:
    """Return whether a row of a tagged frame is quarantined or dropped. It is never NULL."""
    return _fails(rules, "quarantine", "drop")


def rejected(
    rules: Sequence[Rule], counts: Mapping[str, int] | None = None
) -> Transform:
    """Keep the rows of a tagged frame that go to quarantine, with reasons and raw row.

    Parameters
    ----------
    rules : sequence of Rule
        The rules the frame was tagged with.
    counts : mapping of str to int, optional
        What `gate_metrics` counted on the frame. Rules that no row fails are not evaluated
        again.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `_gate`, and `_raw` where there is one -> exactly `_reasons`
    (array<struct<check,column,value>>, one entry per failed quarantine rule, `value` as
    text or NULL) and `_raw` (JSON text of `_raw`, or of all columns but `_gate`; NULL
    fields are kept).

    Examples
    --------
    >>> from lakesmith.quality.rules import compile_rules
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import Between
    >>> check = Between(id="small", column="id", max=2)
    >>> table = Table(from_="bronze.orders", checks=(check,))
    >>> rules = compile_rules(table, {"id": "bigint"})
    >>> spark.range(4).transform(tag(rules)).transform(rejected(rules)).show()
    +----------------+--------+
    |        _reasons|    _raw|
    +----------------+--------+
    |[{small, id, 3}]|{"id":3}|
    +----------------+--------+
    <BLANKLINE>
    """
    failing = _failing(rules, counts)

    def apply(df: DataFrame) -> DataFrame:
        bad = df.filter(_any_of(failing))
        reasons = _reasons(failing).alias(REASONS)
        raw = raw_json(df).alias(RAW)
        return bad.select(reasons, raw)

    return apply


def gate_metrics(rules: Sequence[Rule]) -> list[Column]:
    """List the aggregates that count what the gate did, to be observed on a tagged frame.

    Parameters
    ----------
    rules : sequence of Rule
        The rules the frame was tagged with.

    Returns
    -------
    list of Column
        `rows`, `quarantined`, `dropped` (and not quarantined), `failing` (any rule), and
        `failed_0`, `failed_1`, ... per rule; 0 when there are no rows.

    Notes
    -----
    *Columns*: needs `_gate` -> one row of bigint.

    Examples
    --------
    >>> spark.range(3).transform(tag([])).agg(*gate_metrics([])).first().asDict()
    {'rows': 3, 'quarantined': 0, 'dropped': 0, 'failing': 0}
    """
    quarantined = _fails(rules, "quarantine")
    dropped = _fails(rules, "drop")
    counts = {
        "rows": F.lit(True),
        "quarantined": quarantined,
        "dropped": dropped & ~quarantined,
        "failing": _fails(rules, *ON_FAIL),
    }
    for position in range(len(rules)):
        counts[f"failed_{position}"] = _tag(position)
    numbers = {name: F.count_if(condition) for name, condition in counts.items()}
    return [number.alias(name) for name, number in numbers.items()]


def _tag(position: int) -> Column:
    return F.col(f"{GATE}.r{position}")


def _fails(rules: Sequence[Rule], *on_fail: str) -> Column:
    return _any_of(_taken(rules, *on_fail))


def _taken(rules: Sequence[Rule], *on_fail: str) -> dict[int, Rule]:
    """Return the rules with these answers by their positions, those with an error left out."""
    return {
        position: rule
        for position, rule in enumerate(rules)
        if rule.on_fail in on_fail and not rule.error
    }


def _failing(
    rules: Sequence[Rule], counts: Mapping[str, int] | None
) -> dict[int, Rule]:
    """Return the quarantine rules that rows fail, or all where that is not known."""
    taken = _taken(rules, "quarantine")
    if counts is None:
        return taken
    return {
        position: rule
        for position, rule in taken.items()
        if counts[f"failed_{position}"]
    }


def _any_of(rules: Mapping[int, Rule]) -> Column:
    fails = F.lit(False)
    for position in rules:
        fails = fails | _tag(position)
    return fails


def _reasons(rules: Mapping[int, Rule]) -> Column:
    reasons = [
        F.when(_tag(position), _reason(rule)) for position, rule in rules.items()
    ]
    return F.array_compact(F.array(*reasons))


def _reason(rule: Rule) -> Column:
    return F.struct(
        F.lit(rule.id).alias("check"),
        F.lit(rule.column).alias("column"),
        rule.sample.alias("value"),
    )

"""Read the upstream rows again that a change of an input touches, beside those that are new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.read.read_rows import read_lookups, read_rows
from lakesmith.batch.read.touched_keys import TouchedKeys, find_keys, find_spans
from lakesmith.column_refs import is_true, named
from lakesmith.columns import DELETED
from lakesmith.sources.net_changes import net_changes, net_spans
from lakesmith.sources.registry import changed_inputs_of, span_of
from lakesmith.sources.upstream import change_feed
from lakesmith.spec.step_kinds.joined_inputs import (
    InputJoin,
    input_joins,
    places_of_key,
)
from lakesmith.transforms.contract import to_contract
from lakesmith.transforms.joins.choice import JoinChoice
from lakesmith.transforms.raw_values import without_in_raw
from lakesmith.transforms.steps.bind import run_steps

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.sources.slices import Span
    from lakesmith.types import Transform

_WHOLE = "_whole"
_TOUCHED = "_touched"
_MAY_BE = "_may_be_touched"


@dataclass(frozen=True)
class TouchedJoin:
    """A join whose input changed, with the keys of the rows that it touches."""

    join: InputJoin
    keys: TouchedKeys

    @property
    def choice(self) -> JoinChoice:
        """How the rows are found, and why."""
        why = "the changed keys are few enough to prune files"
        if not self.keys.count:
            why = "no row of the input changed in what the step takes"
        elif not self.keys.literals:
            why = (
                "too many keys changed for a condition, or of a type that none compares"
            )

        step = f"{self.join.name} {self.join.input}"
        estimates = {"keys": self.keys.count}
        return JoinChoice(step, self.keys.method, why, estimates)


def touched_joins(batch: BatchContext) -> tuple[TouchedJoin, ...]:
    """Return the joins of a batch whose input changed since the rows were computed.

    Notes
    -----
    One Spark job over the change feed of each input that changed, more for many keys.
    """
    spans = changed_inputs_of(batch.intent.input)
    joins = [join for join in input_joins(batch.spec) if join.input in spans]
    touched = []
    for join in joins:
        keys = _keys(batch, join, spans[join.input])
        touched.append(TouchedJoin(join, keys))

    return tuple(touched)


def _keys(batch: BatchContext, join: InputJoin, span: Span) -> TouchedKeys:
    table = batch.ref(span.name)
    since = span.since or 0
    feed = change_feed(batch.session, table, since, span.to, span.voids)

    if join.valid_at is None:
        keys = net_changes(feed, join.on, join.counted)
        if not join.null_safe:
            keys = keys.dropna()
        return find_keys(keys)

    at, begin, end = join.valid_at
    taken = list(join.takes.values())
    spans = net_spans(feed, join.on, taken, begin, end)
    return find_spans(spans, join.on, at)


def touched_rows(batch: BatchContext, joins: Sequence[TouchedJoin]) -> DataFrame:
    """Return the rows of the upstream that have a changed key, as they are now.

    Notes
    -----
    Literal conditions on columns of the upstream prune its files. A key that a step computes, or
    that another join adds, is computed for all rows.

    *Columns*: those of `read_rows`.
    """
    all_rows = read_rows(batch.from_the_beginning())
    marked = all_rows.transform(_marked(batch, joins))
    may_be = marked.filter(named(_MAY_BE))
    touched = may_be.filter(named(_TOUCHED))
    return touched.select(f"{_WHOLE}.*")


def with_touched(
    batch: BatchContext, joins: Sequence[TouchedJoin], touched: DataFrame
) -> Transform:
    """Add the touched rows to those that are new, each once.

    *Columns*: as they are.
    """

    def apply(rows: DataFrame) -> DataFrame:
        marked = rows.transform(_marked(batch, joins))
        is_left_out = named(_TOUCHED)
        if DELETED in rows.columns:
            # A deleted row is not among those of now.
            is_left_out &= ~is_true(named(DELETED))

        kept = marked.filter(~is_left_out)
        others = kept.select(f"{_WHOLE}.*")
        return others.unionByName(touched, allowMissingColumns=True)

    return apply


def is_whole(batch: BatchContext) -> bool:
    """Return whether a batch reads rows of earlier batches again, all of them."""
    span = span_of(batch.intent.input)
    reads_all = span is not None and span.since is None
    is_repair = batch.intent.first or batch.intent.is_repair
    return batch.spec.follows_inputs and reads_all and not is_repair


def _marked(batch: BatchContext, joins: Sequence[TouchedJoin]) -> Transform:
    """Add to each row itself, and whether it has a changed key.

    The key is the one that the steps before the join give. Others are left out, so that a condition
    on the key reaches the scan.
    """
    steps = batch.spec.steps
    keys = [places_of_key(batch.spec, one.join) for one in joins]
    places = frozenset[int]().union(*keys)
    lookups = read_lookups(batch)

    def apply(rows: DataFrame) -> DataFrame:
        columns = [named(name) for name in rows.columns]
        whole = F.struct(*columns)
        kept = rows.select(whole.alias(_WHOLE), *columns)
        in_contract = to_contract(batch.spec.columns)
        raw_as_read = without_in_raw(_WHOLE)
        shaped = kept.transform(in_contract).transform(raw_as_read)
        for place, step in enumerate(steps):
            shaped = shaped.transform(_flagged(joins, place))
            if place in places:
                shaped = shaped.transform(run_steps([step], lookups))

        numbers = range(len(joins))
        return shaped.transform(_any_of(numbers))

    return apply


def _flagged(joins: Sequence[TouchedJoin], place: int) -> Transform:
    """Add a flag for each join at a place among the steps."""
    numbered = enumerate(joins)
    here = {number: one.keys for number, one in numbered if one.join.index == place}

    def apply(rows: DataFrame) -> DataFrame:
        for number, keys in here.items():
            may_match = keys.may_match(rows)
            flag = f"{_TOUCHED}_{number}"
            marked = rows.select("*", may_match.alias(f"{_MAY_BE}_{number}"))
            rows = marked.transform(keys.mark(flag))

        return rows

    return apply


def _any_of(numbers: Sequence[int]) -> Transform:
    def apply(rows: DataFrame) -> DataFrame:
        touched = [named(f"{_TOUCHED}_{number}") for number in numbers]
        may_be = [named(f"{_MAY_BE}_{number}") for number in numbers]
        is_touched = reduce(or_, touched)
        may_be_touched = reduce(or_, may_be)
        return rows.select(
            _WHOLE,
            *_deleted(rows),
            is_touched.alias(_TOUCHED),
            may_be_touched.alias(_MAY_BE),
        )

    return apply


def _deleted(rows: DataFrame) -> list[str]:
    return [DELETED] if DELETED in rows.columns else []

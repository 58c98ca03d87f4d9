"""Tell from a spec what a step does to rows and columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from lakesmith.spec.steps import (
    Derived,
    StepRecord,
    find_step,
    lowered,
)
from lakesmith.spec.values.sql_text import column_names, windows

if TYPE_CHECKING:
    from lakesmith.spec.model import Write

Step = str | Mapping[str, Any]


def name_of(step: Step) -> str:
    """Return the name of a step.

    Examples
    --------
    >>> name_of("my.steps:clean"), name_of({"trim": ["a"]})
    ('my.steps:clean', 'trim')
    """
    if isinstance(step, str):
        return step
    return str(next(iter(step), ""))


def is_user_function(step: Step) -> bool:
    """Return whether a step is a function of the user, of which a spec says nothing more.

    Examples
    --------
    >>> is_user_function("my.steps:clean"), is_user_function({"trim": ["a"]})
    (True, False)
    """
    return ":" in name_of(step)


def record_of(step: Step) -> StepRecord | None:
    """Return the record of a step, None for a function of the user and an unknown name.

    Examples
    --------
    >>> record_of({"filter": "units > 0"}).sql
    ('condition',)
    """
    return find_step(name_of(step))


def options_of(step: Step) -> Mapping[str, Any]:
    """Return the options of a step by name, none where the spec has no mapping of options.

    Examples
    --------
    >>> options_of({"filter": "units > 0"}), options_of({"dedupe": {"keys": ["id"]}})
    ({'condition': 'units > 0'}, {'keys': ['id']})
    """
    record = record_of(step)
    value = None if isinstance(step, str) else next(iter(step.values()), None)
    if record and record.whole:
        return {record.whole: value}

    return value if isinstance(value, Mapping) else {}


def expressions(step: Step) -> Iterable[str]:
    """Return the texts of a step that may be SQL, all of them for a function of the user.

    Examples
    --------
    >>> list(expressions({"filter": "units > 0"})), list(expressions({"rename": {"a": "b"}}))
    (['units > 0'], [])
    >>> list(expressions({"my.steps:flag": {"when": "units > 0"}}))
    ['units > 0']
    """
    record = record_of(step)
    if record:
        return sql_texts(record, options_of(step))

    if isinstance(step, str):
        return []
    return texts_of(dict(step))


def row_wise(steps: Sequence[Step]) -> list[Step]:
    """Return the steps before the first one that looks at several rows together.

    Examples
    --------
    >>> row_wise([{"trim": ["a"]}, {"dedupe": {"keys": ["a"]}}, {"filter": "a > 0"}])
    [{'trim': ['a']}]
    """
    return list(takewhile(lambda step: not groupings(step), steps))


def before_own_code(steps: Sequence[Step]) -> list[Step]:
    """Return the steps before the first function of the user.

    Examples
    --------
    >>> before_own_code([{"trim": ["a"]}, "my.steps:clean", {"trim": ["b"]}])
    [{'trim': ['a']}]
    """
    return list(takewhile(lambda step: not is_user_function(step), steps))


def groupings(step: Step) -> list[frozenset[str]]:
    """Return the columns by which a step looks at rows together, in lower case.

    Returns
    -------
    list of frozenset of str
        One for each grouping and window; none for a step that takes each row alone.

    Examples
    --------
    >>> [sorted(columns) for columns in groupings({"dedupe": {"keys": ["id", "Day"]}})]
    [['day', 'id']]
    >>> groupings({"filter": "units > 0"}), groupings("retail.profiles:described_profiles")
    ([], [])
    """
    record = record_of(step)
    if record is None:
        return []

    columns = options_of(step).get(record.groups_by or "")
    grouped = [lowered(columns)] if isinstance(columns, list) else []

    return grouped + [window for sql in expressions(step) for window in windows(sql)]


def repeats_write(step: Step, write: Write) -> bool:
    """Return whether a step takes rows away of which the write itself keeps none.

    Examples
    --------
    >>> from lakesmith.spec.model import Write
    >>> write = Write(strategy="upsert", keys=("id",), sequence_by=("at",))
    >>> repeats_write({"dedupe": {"keys": ["id"], "order_by": ["at"]}}, write)
    True
    """
    record = record_of(step)
    if record is None or record.groups_by is None or record.orders_by is None:
        return False
    options = options_of(step)
    order = [str(name).lower() for name in options.get(record.orders_by) or ()]
    is_of_key = lowered(write.keys) <= lowered(options.get(record.groups_by))
    sequence = _newest_by(write)
    return bool(sequence) and is_of_key and order[: len(sequence)] == sequence


def _newest_by(write: Write) -> list[str]:
    """Return the columns whose greatest values decide alone which whole row of a key stays."""
    takes_whole_rows = write.keeps_newest and not write.declared.needs_raw_input
    if not takes_whole_rows or write.when_matched != "update":
        return []
    return [name.lower() for name in write.sequence_by]


def gives_groups(step: Step) -> bool:
    """Return whether a step gives one row for each group that its options name.

    Examples
    --------
    >>> gives_groups({"aggregate": {"by": ["day"]}}), gives_groups({"dedupe": {"keys": ["id"]}})
    (True, False)
    """
    record = None if isinstance(step, str) else record_of(step)
    return record is not None and record.gives_groups


def keeps_rows(step: Step) -> bool:
    """Return whether a step gives back each row with what the gate needs.

    Examples
    --------
    >>> keeps_rows({"trim": ["a"]}), keeps_rows({"filter": "a > 0"}), keeps_rows("my.steps:clean")
    (True, False, False)
    >>> keeps_rows({"with_columns": {"n": "count(*) OVER ()"}}), keeps_rows({"drop": ["_raw"]})
    (False, False)
    """
    record = record_of(step)
    if record is None or groupings(step):
        return False
    changes_hidden = any(name.startswith("_") for name in changed_columns(step))
    return record.keeps_rows(options_of(step)) and not changes_hidden


def passes_rows(step: Step) -> bool:
    """Return whether a step gives back at least each row where `_passes` is true.

    Examples
    --------
    >>> passes_rows({"filter": "a > 0"}), passes_rows({"dedupe": {"keys": ["a"]}})
    (True, False)
    """
    record = record_of(step)
    passes = record is not None and record.passes_rows and not groupings(step)
    return passes or keeps_rows(step)


def derived_columns(step: Step) -> Derived:
    """Return the columns that a step makes, each with the columns that it is computed from.

    All names are in lower case; None stands for the raw row.

    Examples
    --------
    >>> derived_columns({"with_columns": {"Total": "price"}})
    {'total': frozenset({'price'})}
    >>> derived_columns({"hash_key": {"name": "id", "of": "raw"}})
    {'id': None}
    """
    record = record_of(step)
    return record.derives(options_of(step)) if record else {}


def changed_columns(step: Step) -> frozenset[str]:
    """Return the columns that a step makes, changes or takes away, in lower case.

    Examples
    --------
    >>> sorted(changed_columns({"rename": {"A": "b"}}))
    ['a', 'b']
    >>> sorted(changed_columns({"with_columns": {"n": "count(*) OVER ()"}}))
    ['n']
    """
    record = record_of(step)
    options = options_of(step)
    removed = (
        [lowered(options.get(option)) for option in record.removes] if record else []
    )

    return frozenset(derived_columns(step)).union(*removed)


def filtering_columns(step: Step) -> frozenset[str]:
    """Return the columns that decide which rows a step keeps, in lower case.

    Examples
    --------
    >>> sorted(filtering_columns({"filter": "Units > minimum"}))
    ['minimum', 'units']
    """
    record = record_of(step)
    texts = expressions(step) if record and record.filters else ()

    return frozenset[str]().union(*map(column_names, texts))


def sql_texts(record: StepRecord, options: Mapping[str, Any]) -> Iterable[str]:
    """Yield the SQL texts among the options of a step.

    Examples
    --------
    >>> list(sql_texts(record_of({"filter": "a"}), {"condition": "units > 0"}))
    ['units > 0']
    """
    for option in record.sql:
        yield from texts_of(options.get(option))


def texts_of(value: Any) -> Iterable[str]:
    """Yield the texts of a YAML value but for those in lists, which name columns.

    Examples
    --------
    >>> list(texts_of({"by": ["day"], "measures": {"n": "count(*)"}}))
    ['count(*)']
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts_of(part)

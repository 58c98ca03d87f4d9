"""Translate errors of Spark and Delta into errors of the project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lakesmith.codes import CATALOGUE
from lakesmith.errors import InputError, LakesmithError, StepError, WriteError
from lakesmith.session.failures import first_line, text_of
from lakesmith.tables.upsert.key_promise import broken_promise
from lakesmith.transforms.keys.key_promise import BROKEN_PROMISE
from lakesmith.transforms.keys.ties import TIED

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext

NO_FEED = re.compile(
    r"DELTA_MISSING_CHANGE_DATA|DELTA_CHANGE_TABLE_FEED_DISABLED|DELTA_CHANGE_DATA_FEED_INCOMPATIBLE"
    r"|BEYOND_DELETED_FILE_RETENTION_DURATION"
)
TOO_BIG = re.compile(
    r"NUMERIC_VALUE_OUT_OF_RANGE|ARITHMETIC_OVERFLOW|CAST_OVERFLOW|NUMERIC_OUT_OF_SUPPORTED_RANGE"
)

# What a row says that a step refuses, such as a key that a lookup has twice.
OF_A_STEP = re.compile(r"\b(LS3[35][0-9]) ([^\n]*?)(?: SQLSTATE: \w+)?(?:\n|$)")


def lacks_feed(error: Exception) -> bool:
    """Tell whether the change feed of a table does not reach over the versions asked for.

    Examples
    --------
    >>> (lacks_feed(RuntimeError("[DELTA_MISSING_CHANGE_DATA] ...")),
    ...  lacks_feed(RuntimeError("disk full")))
    (True, False)
    """
    return NO_FEED.search(text_of(error)) is not None


@contextmanager
def translate_spark_errors(batch: BatchContext) -> Iterator[None]:
    """Raise errors of Spark that have a cause in the project as errors with a code."""
    try:
        yield
    except LakesmithError:
        raise
    # what a task says comes as an error of the JVM bridge, or of the Connect client
    except Exception as error:
        known = _known(batch, error)
        if known is None:
            raise
        raise known from error


def _known(batch: BatchContext, error: Exception) -> LakesmithError | None:
    for kind in _KINDS:
        known = kind(batch, error)
        if known is not None:
            return known

    return None


def _lost_changes(batch: BatchContext, error: Exception) -> LakesmithError | None:
    if not batch.reads_table or not lacks_feed(error):
        return None
    name = batch.name
    above = batch.intent.input.name
    what = (
        f"the changes of {above} that {name} has not read cannot be read any "
        f"more: {first_line(error)}"
    )
    where = batch.ref(above).location
    hint = f"rebuild it from the rows as they are: `lakesmith run --rebuild --select {name}`"
    return InputError(what, code="LS512", where=where, hint=hint)


def _tied_rows(batch: BatchContext, error: Exception) -> LakesmithError | None:
    text = text_of(error)
    if TIED not in text:
        return None
    found = re.search(rf"{TIED} (\{{.*?\}}\}})", text)
    sample = found[1] if found else first_line(error)
    what = f"two different rows of one key have the same sequence: {sample}"
    hint = (
        "add a column to sequence_by that tells them apart, or write on_tie: "
        "greatest; nothing was written"
    )
    return WriteError(what, code="LS507", where=_place(batch), hint=hint)


def _broken_promise(batch: BatchContext, error: Exception) -> LakesmithError | None:
    text = text_of(error)
    if BROKEN_PROMISE not in text:
        return None
    found = re.search(rf"{BROKEN_PROMISE} (\{{.*?\}}\}})", text)
    rows: dict[str, Any] = {"one": {}, "other": {}}
    if found:
        rows = json.loads(found[1])
    return broken_promise(batch.name, rows)


def _refused_by_step(batch: BatchContext, error: Exception) -> LakesmithError | None:
    found = OF_A_STEP.search(text_of(error))
    if found is None:
        return None
    code, what = found.groups()
    explained = CATALOGUE.get(code)
    if explained is None:
        return None
    return StepError(what, code=code, where=_place(batch), hint=explained.action)


def _too_big(batch: BatchContext, error: Exception) -> LakesmithError | None:
    if not TOO_BIG.search(text_of(error)):
        return None
    what = f"a number of the batch is too big for its type: {first_line(error)}"
    hint = (
        "give the column more digits in the contract, or correct the input; "
        "nothing was written"
    )
    return WriteError(what, code="LS513", where=_place(batch), hint=hint)


def _place(batch: BatchContext) -> str:
    return f"{batch.name} batch {batch.intent.batch}"


# The first one that knows an error translates it.
_KINDS = (_lost_changes, _tied_rows, _broken_promise, _refused_by_step, _too_big)

"""Translate errors of Spark and Delta into errors of the project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lakesmith.codes import explain
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
    text = text_of(error)
    above = batch.intent.input.name
    name = batch.name
    if batch.reads_table and lacks_feed(error):
        hint = f"rebuild it from the rows as they are: `lakesmith run --rebuild --select {name}`"
        what = (
            f"the changes of {above} that {name} has not read cannot be read any "
            f"more: {first_line(error)}"
        )
        return InputError(
            what, code="LS512", where=batch.ref(above).location, hint=hint
        )
    if TIED in text:
        sample = (
            re.search(rf"{TIED} (\{{.*?\}}\}})", text) or [text, first_line(error)]
        )[1]
        hint = (
            "add a column to sequence_by that tells them apart, or write on_tie: "
            "greatest; nothing was written"
        )
        what = f"two different rows of one key have the same sequence: {sample}"
        return WriteError(
            what, code="LS507", where=f"{name} batch {batch.intent.batch}", hint=hint
        )
    if BROKEN_PROMISE in text:
        sample = re.search(rf"{BROKEN_PROMISE} (\{{.*?\}}\}})", text)
        empty: dict[str, Any] = {"one": {}, "other": {}}
        return broken_promise(name, json.loads(sample[1]) if sample else empty)
    of_a_step = OF_A_STEP.search(text)
    if of_a_step:
        code, what = of_a_step.groups()
        where = f"{name} batch {batch.intent.batch}"
        return StepError(what, code=code, where=where, hint=explain(code).action)
    if TOO_BIG.search(text):
        hint = (
            "give the column more digits in the contract, or correct the input; "
            "nothing was written"
        )
        what = f"a number of the batch is too big for its type: {first_line(error)}"
        return WriteError(
            what, code="LS513", where=f"{name} batch {batch.intent.batch}", hint=hint
        )
    return None

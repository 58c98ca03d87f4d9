"""Refuse a batch whose unfit rows have a key that nobody knows, where the key decides what goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from lakesmith.batch.event_fields import landed_keys
from lakesmith.batch.transform.unfit_rows import split_steps
from lakesmith.columns import UNFIT
from lakesmith.quality.check_result import CheckResult
from lakesmith.spec.step_effects import changed_columns, is_user_function
from lakesmith.spec.values.sql_text import selects_column

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.spec.model import Table


def unfit_keys(frames: BatchFrames) -> Iterator[CheckResult]:
    """Refuse publication where the row of an unfit row could be deleted, since its key is unknown.

    Notes
    -----
    One aggregate over the batch, for a snapshot or for events of Debezium whose key is made by SQL
    or behind a step that may lose rows, else no job.
    """
    spec = frames.batch.spec
    if not (_deletes_by_key(spec) and _makes_keys_late(spec)):
        return
    rows = frames.replay.tagged
    if UNFIT not in rows.columns:
        return
    unfit = rows.filter(F.col(UNFIT).isNotNull()).count()
    if unfit:
        message = (
            f"{unfit} rows do not fit, and their key is made by SQL or behind a step that may lose "
            "rows: make the key in a step before it, or in a table upstream"
        )
        keys = ", ".join(spec.write.keys)
        yield CheckResult("unfit_keys", keys, "fail", "fail", unfit, message)


def _deletes_by_key(spec: Table) -> bool:
    if spec.write.takes("max_delete_share"):
        return True
    return spec.write.change_format == "debezium" and landed_keys(spec) is None


def _makes_keys_late(spec: Table) -> bool:
    keys = spec.write.keys
    sql = spec.sql
    if sql is not None:
        return not all(selects_column(sql, key) for key in keys)
    lowered = {key.lower() for key in keys}
    for step in split_steps(spec.steps).lossy:
        if is_user_function(step) or lowered & changed_columns(step):
            return True
    return False

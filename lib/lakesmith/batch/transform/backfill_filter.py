"""Express the event dates of a backfill as predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.ledger.intent import Dates


def between(value: str, kind: str, dates: Dates) -> str:
    """Return SQL that holds for a value on one of the dates ``[from, to)``, UTC.

    Examples
    --------
    >>> between("`day`", "date", ("2011-01-01", "2011-02-01"))
    "`day` >= DATE'2011-01-01' AND `day` < DATE'2011-02-01'"
    """
    zone = "" if kind == "date" else " 00:00:00+00:00"
    of_kind = kind.upper()
    low, high = (f"{of_kind}'{date}{zone}'" for date in dates)
    return f"{value} >= {low} AND {value} < {high}"


def stored_between(batch: BatchContext) -> str:
    """Return SQL for the rows of the table that the batch recomputes."""
    column, kind, dates = _asked(batch)
    return between(f"`{column}`", kind, dates)


def quarantined_between(batch: BatchContext) -> str:
    """Return SQL for the groups in the quarantine of an aggregate that the batch recomputes."""
    column, kind, dates = _asked(batch)
    return between(
        f"try_cast(get_json_object(_raw, '$.{column}') AS {kind})", kind, dates
    )


def on_dates(batch: BatchContext) -> Transform:
    """Keep the rows on the dates of a backfill, or all rows of another batch.

    *Columns*: needs `event_date` of the table where it is a backfill. As they are.
    """

    def apply(rows: DataFrame) -> DataFrame:
        if batch.intent.dates is None:
            return rows
        column, kind, dates = _asked(batch)
        return rows.filter(
            F.expr(between(f"try_cast(`{column}` AS {kind})", kind, dates))
        )

    return apply


def _asked(batch: BatchContext) -> tuple[str, str, Dates]:
    column = str(batch.spec.event_date)
    kind = batch.spec.columns[column].type
    dates = batch.intent.dates or ("", "")
    return column, kind.strip().lower(), dates

"""Unwrap change events that come with their schema and have the envelope in `payload`."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakesmith.column_refs import named
from lakesmith.columns import PAYLOAD
from lakesmith.transforms.change_events.images import field_of, with_image

_FIELDS = ("op", "before", "after", "source", "ts_ms", "ts_us", "ts_ns", "transaction")
_IMAGE = "_image_payload"


def out_of_payload(events: DataFrame) -> DataFrame:
    """Return events with the fields of their envelope as columns.

    Notes
    -----
    *Columns*: needs nothing -> where there is ``payload`` STRING (JSON of the envelope) and no
    ``op``: adds ``op``, ``before``, ``after``, ``source``, ``ts_ms``, ``ts_us``, ``ts_ns`` and
    ``transaction``, STRING.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> text = '{"op": "d", "before": {"id": 1}, "after": null, "ts_ms": 5}'
    >>> df = frame(spark, "payload string", [(text,)])
    >>> df.transform(out_of_payload).select("op", "before", "after", "ts_ms").show()
    +---+--------+-----+-----+
    | op|  before|after|ts_ms|
    +---+--------+-----+-----+
    |  d|{"id":1}| NULL|    5|
    +---+--------+-----+-----+
    <BLANKLINE>
    """
    present = {name.lower() for name in events.columns}
    if PAYLOAD not in present or "op" in present:
        return events

    parsed = events.transform(with_image(_IMAGE, PAYLOAD))
    missing = [name for name in _FIELDS if name not in present]
    fields = {name: field_of(named(_IMAGE), name) for name in missing}

    return parsed.withColumns(fields).drop(_IMAGE)

"""Change events that come with their schema: the envelope lies in `payload`."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakesmith.column_refs import named
from lakesmith.transforms.change_events.images import field_of, with_image

PAYLOAD = "payload"
FIELDS = ("op", "before", "after", "source", "ts_ms", "ts_us", "ts_ns", "transaction")
_IMAGE = "_image_payload"


def out_of_payload(events: DataFrame) -> DataFrame:
    """Return events with the fields of their envelope as columns.

    Notes
    -----
    *Columns*: needs nothing -> where there is ``payload`` STRING (JSON of the envelope) and no ``op``: adds
    ``op``, ``before``, ``after``, ``source``, ``ts_ms``, ``ts_us``, ``ts_ns`` and ``transaction``, STRING.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "payload string", [('{"op": "d", "before": {"id": 1}, "after": null, "ts_ms": 5}',)])
    >>> df.transform(out_of_payload).select("op", "before", "after", "ts_ms").show()
    +---+--------+-----+-----+
    | op|  before|after|ts_ms|
    +---+--------+-----+-----+
    |  d|{"id":1}| NULL|    5|
    +---+--------+-----+-----+
    <BLANKLINE>
    """
    there = {name.lower() for name in events.columns}
    if PAYLOAD not in there or "op" in there:
        return events
    parsed = events.transform(with_image(_IMAGE, PAYLOAD))
    fields = {
        name: field_of(named(_IMAGE), name) for name in FIELDS if name not in there
    }
    return parsed.withColumns(fields).drop(_IMAGE)

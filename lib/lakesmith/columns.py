"""Name the columns that Lakesmith adds to tables and frames, and quote names in SQL."""

from __future__ import annotations

# Every row of a bronze table.
BATCH_ID = "_batch_id"
INGESTED_AT = "_ingested_at"
SOURCE = "_source"
SOURCE_FILE = "_source_file"
RESCUED = "_rescued"
CORRUPT_RECORD = "_corrupt_record"

# Hidden columns of a table that keeps the newest row of a key.
SEQ = "_seq"
DELETED = "_deleted"
HIDDEN = (SEQ, DELETED)

# Versions of a key over time (scd2).
VALID_FROM = "valid_from"
VALID_TO = "valid_to"
IS_CURRENT = "is_current"
VALIDITY = (VALID_FROM, VALID_TO, IS_CURRENT)

# Fields of a change event in Debezium's format.
ENVELOPE = ("op", "before", "after")
PAYLOAD = "payload"
# Fields of the envelope whose names fields of its images have too, and the latter in `_raw`.
SHADOWED = "_envelope"
IMAGE_FIELD = "_image_"

# Columns of a frame on its way through a batch; no table has them.
RAW = "_raw"
TRUNCATES = "_truncates"
EMPTIED = "_emptied"
KEPT = "_kept"
ARRIVED = "_arrived"
REFUSED = "_refused"
# An update is refused if it gives its row another key, which only the steps decide.
REFUSED_IF_MOVED = "moved"
UNFIT = "_unfit"
PASSES = "_passes"
CHANGE = "_change"
MOVED = "_moved"
STORED = "_stored"
GATE = "_gate"

# Every row of a quarantine table, beside `_batch_id`, `_raw` and `_source_file`.
RUN_ID = "_run_id"
QUARANTINED_AT = "_quarantined_at"
REASONS = "_reasons"
# The batch that replayed the row, and the corrections of its raw input as JSON. A quarantine has
# these columns from its first replay or correction on.
REPLAYED_BY = "_replayed_by"
PATCH = "_patch"
# What names a quarantined row, for people and for commits. They are computed when it is read.
ROW = "_row"
ROW_DIGEST = "_row_digest"

# What Delta adds to a row of the change feed.
CHANGE_TYPE = "_change_type"
COMMIT_VERSION = "_commit_version"
COMMIT_TIMESTAMP = "_commit_timestamp"
FEED_COLUMNS = (CHANGE_TYPE, COMMIT_VERSION, COMMIT_TIMESTAMP)


def quoted(name: str) -> str:
    """Return a name in backticks, so that a dot or a blank in it is part of the name.

    Examples
    --------
    >>> quoted("unit.price")
    '`unit.price`'
    """
    escaped = name.replace("`", "``")
    return f"`{escaped}`"

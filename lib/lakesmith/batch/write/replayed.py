"""Mark the quarantined rows that a batch replayed, and renew the reasons of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.write.quarantine import as_quarantined
from lakesmith.column_refs import named
from lakesmith.columns import RAW, REASONS, REPLAYED_BY, ROW_DIGEST
from lakesmith.errors import StepError
from lakesmith.tables.commit import find, identify, write
from lakesmith.tables.quarantine_rows import ADDED, digest_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from lakesmith.batch.frames import BatchFrames
    from lakesmith.tables.ref import TableRef

_OWN = ("_batch_id", "_run_id", "_quarantined_at", REASONS, RAW, "_source_file")


def mark_replayed(frames: BatchFrames) -> int:
    """Mark the rows of a replay in the quarantine, in one commit, and return its version.

    Notes
    -----
    The data commit came before, so a crash in between leaves the batch open. Its retry skips the
    data and comes here. A row that fails again stays as it is, with the reasons of today. A row
    that fails and has lost its raw input on the way is added, as from any batch.
    """
    batch = frames.batch
    session = batch.session
    quarantine = batch.table.quarantine
    commit = batch.commit_id("quarantine")
    landed = find(session, quarantine, commit) if commit.is_retry else None
    if landed is not None:
        return landed.version
    identify(session, batch.commit_id("quarantine_columns"))
    add_columns(session, quarantine)
    outcomes = _outcomes(frames)

    def action() -> None:
        _merge(outcomes, quarantine, batch.intent.batch)

    return write(session, quarantine, commit, action).version


def require_one_each(frames: BatchFrames) -> None:
    """Refuse a replay whose steps lose the raw input of rows, or make several rows of one.

    Raises
    ------
    StepError
        LS650. A row beside the quarantined one may be in a table that only adds rows.

    Notes
    -----
    Two jobs over the rows of the replay, for a table without keys.
    """
    batch = frames.batch
    tagged = frames.replay.tagged
    if RAW not in tagged.columns:
        what = "the steps lose `_raw`, so that no row is known again"
        raise _refused(batch.name, what, "keep the column `_raw` in the steps")
    if batch.spec.write.keys:
        return
    digest = F.col(f"{RAW}.{ROW_DIGEST}").alias(ROW_DIGEST)
    made = tagged.select(digest, F.lit(1).alias("_n"))
    read = frames.inputs.replayed.select(ROW_DIGEST, F.lit(-1).alias("_n"))
    both = made.unionByName(read)
    surplus = both.groupBy(ROW_DIGEST).agg(F.sum("_n").alias("_n"))
    has_more = surplus.filter("_n > 0")
    if not has_more.isEmpty():
        what = "a step makes several rows of one, and some of them may be in the table"
        raise _refused(batch.name, what, "give the table keys, or rebuild it")
    if not _parted(frames).isEmpty():
        what = "of rows that are equal some pass and some fail, by the rows beside them"
        raise _refused(batch.name, what, "give the table keys, or rebuild it")


def _parted(frames: BatchFrames) -> DataFrame:
    """Return the digests of which some rows pass the checks and some fail them.

    *Columns*: ``_row_digest`` STRING, ``rows`` and ``failed`` BIGINT.
    """
    none = F.lit(0)
    one = F.lit(1)
    digest = F.get_json_object(RAW, f"$.{ROW_DIGEST}").alias(ROW_DIGEST)
    failed = frames.rejected().select(digest, none.alias("rows"), one.alias("failed"))
    replayed = frames.inputs.replayed
    read = replayed.select(ROW_DIGEST, one.alias("rows"), none.alias("failed"))
    both = read.unionByName(failed).groupBy(ROW_DIGEST)
    counted = both.agg(F.sum("rows").alias("rows"), F.sum("failed").alias("failed"))
    return counted.filter("failed > 0 AND failed < rows")


def _refused(name: str, what: str, hint: str) -> StepError:
    return StepError(
        f"{name} cannot be replayed: {what}", code="LS650", where=name, hint=hint
    )


def add_columns(session: SparkSession, quarantine: TableRef) -> None:
    """Give a quarantine the columns of replays where it lacks them."""
    known = quarantine.load(session).columns
    missing = [f"{name} {kind}" for name, kind in ADDED.items() if name not in known]
    if not missing:
        return
    columns = ", ".join(missing)
    statement = f"ALTER TABLE {quarantine.sql_name} ADD COLUMNS ({columns})"
    session.sql(statement).collect()


def _outcomes(frames: BatchFrames) -> DataFrame:
    """Return one row for each quarantined row that was read, and the rows to add.

    *Columns*: ``_row_digest`` STRING, NULL for a row to add, and those of a quarantine. The reasons
    are NULL for a row that does not fail any more.
    """
    digest = F.get_json_object(RAW, f"$.{ROW_DIGEST}").alias(ROW_DIGEST)
    failed = frames.rejected().select(digest, REASONS, RAW)
    is_known = named(ROW_DIGEST).isNotNull()
    again = failed.filter(is_known)
    reasons = again.groupBy(ROW_DIGEST).agg(F.min(REASONS).alias(REASONS))
    read = frames.inputs.replayed.select(ROW_DIGEST)
    known = read.distinct().join(reasons, ROW_DIGEST, "left")
    lost = failed.filter(~is_known)
    added = lost.transform(as_quarantined(frames.batch))
    return known.unionByName(added, allowMissingColumns=True)


def _merge(outcomes: DataFrame, quarantine: TableRef, batch: int) -> None:
    name = quarantine.sql_name
    waits = F.col(f"{name}.{REPLAYED_BY}").isNull()
    digest = F.col(f"s.{ROW_DIGEST}")
    is_same = digest_of(f"{name}.") == digest
    reasons = F.col(f"s.{REASONS}")
    number = F.lit(batch).cast("bigint")
    added = {column: F.col(f"s.{column}") for column in _OWN}
    source = outcomes.alias("s")
    merge = source.mergeInto(name, is_same & waits)
    merge = merge.whenMatched(reasons.isNotNull()).update({REASONS: reasons})
    merge = merge.whenMatched().update({REPLAYED_BY: number})
    merge = merge.whenNotMatched(digest.isNull()).insert(added)
    merge.merge()

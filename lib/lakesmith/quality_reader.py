"""Check tables, say what is known of them, and suggest checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakesmith.freezing.freeze import FrozenVersion, freeze
from lakesmith.observe.audits.audit import check_table
from lakesmith.observe.from_log.facts import table_facts
from lakesmith.observe.references import References
from lakesmith.quality.explain import explain_project
from lakesmith.reader import Reader
from lakesmith.suggest.suggest import suggest
from lakesmith.tables.readable import ReadableTables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from lakesmith.observe.audits.audited import AuditResult
    from lakesmith.spec.step_kinds.statistics import Frozen
    from lakesmith.suggest.suggested import Suggested


class QualityReader(Reader):
    """Read what is known of the quality of tables, those of others too."""

    def explain_quality(self, name: str | None = None) -> list[dict[str, Any]]:
        """Return what the checks of one or of all tables cost, without Spark.

        Returns
        -------
        list of dict
            ``table``, ``scans``, ``shuffles`` and ``checks``.
        """
        return explain_project(self.project, name)

    def check(
        self, name: str, checks: Path | None = None, *, scan: bool = False
    ) -> tuple[AuditResult, ...]:
        """Check the rows that a table has now, whoever built it.

        Parameters
        ----------
        name : str
            ``layer.table``, as published, or the path of any Delta table.
        checks : Path, optional
            YAML with a list under the key ``checks``; those of the table's spec when left out.
        scan : bool
            Read the rows for every check. Else those that the log of a local table answers exactly
            are answered from it, without Spark where that is all of them.

        Returns
        -------
        tuple of AuditResult
            Each with its `origin`. Checks of raw text (`cast_failed`) are left out: a table has
            none.

        Raises
        ------
        InputError
            LS207 when there is no such table, LS216 without checks.
        """
        return check_table(self._readable(), name, checks, scan=scan)

    def facts(self, name: str) -> dict[str, Any]:
        """Return what the log of a table on a local path says, without reading a row.

        Parameters
        ----------
        name : str
            ``layer.table``, as published, or the path of a Delta table.

        Returns
        -------
        dict
            As `table_facts` returns it.

        Raises
        ------
        InputError
            LS207 when there is no such table, LS218 when its log cannot be read without Spark.
        """
        return table_facts(self._readable(), name)

    def suggest(self, name: str, sample: int = 10_000) -> Suggested:
        """Suggest a contract and checks from a sample of rows.

        Parameters
        ----------
        name : str
            ``layer.table``, as published, ``sources.name``, or the path of any Delta table.
        sample : int
            How many rows to look at.

        Returns
        -------
        Suggested
            No row of the sample contradicts it. `as_yaml` makes text of it to review.

        Raises
        ------
        InputError
            LS207 when there is no such table, LS208 when it was never published, LS217 when a
            source has nothing to read.
        """
        return suggest(self._readable(), name, sample)

    def _readable(self) -> ReadableTables:
        return ReadableTables(self.project, self._session, self.table, self._published)

    def _session(self) -> SparkSession:
        return self.spark

    def freeze(self, name: str, columns: Sequence[str] = ()) -> FrozenVersion:
        """Freeze statistics of a published table for the steps that treat bad values.

        Parameters
        ----------
        name : str
            ``layer.table``.
        columns : sequence of str
            The columns to measure; all that have statistics and no `sensitivity` when empty.

        Raises
        ------
        InputError
            As `lakesmith.freezing.freeze.freeze`.
        """
        return freeze(self.spark, self.project, self.table, name, columns)

    def frozen(self, *names: str) -> dict[str, Frozen]:
        """Return the newest frozen statistics of tables, as `check_frame` takes them.

        Parameters
        ----------
        *names : str
            ``layer.table`` each.

        Returns
        -------
        dict
            By table; one whose statistics are not frozen is left out.
        """
        return References(self.spark, self.project).newest(names)

"""Open the session of a project and the references of its tables."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.session.runtime_kind import require_own_files
from lakesmith.session.start import get_session, read_properties
from lakesmith.tables.ops_table import OPS_TABLES
from lakesmith.tables.ref import TableRef, project_table

if TYPE_CHECKING:
    from lakesmith.spec.load import Loaded


class ProjectReader:
    """Hold a project, its session and its tables.

    Parameters
    ----------
    loaded : Loaded
    conf : Path
    spark : SparkSession, optional
    """

    def __init__(
        self, loaded: Loaded, conf: Path, spark: SparkSession | None = None
    ) -> None:
        self.loaded = loaded
        self.project = loaded.project
        self._conf = conf
        self._given = spark

    @cached_property
    def spark(self) -> SparkSession:
        """Return the session, which is started on first use and never stopped here."""
        file = self._conf / "spark" / "local.conf"
        session = self._given or get_session(
            read_properties(file) if file.exists() else {}
        )
        warehouse = [] if self.project.catalog else [self.project.warehouse]
        require_own_files(
            session,
            [
                *warehouse,
                *(
                    path
                    for source in self.project.sources.values()
                    for path in source.paths.values()
                ),
            ],
        )
        return session

    def _ref(self, name: str) -> TableRef:
        known = {*self.project.table_names(), *OPS_TABLES}
        if name not in known:
            raise InputError(
                f"no table {name!r}",
                code="LS209",
                hint=f"one of {', '.join(sorted(known))}",
            )
        return project_table(self.project, name)

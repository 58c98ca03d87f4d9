"""Freeze statistics of the tables of a project that is open."""

from __future__ import annotations

from collections.abc import Sequence

from lakesmith.freezing.freeze import FrozenVersion, freeze
from lakesmith.reader import Reader


class Freezer(Reader):
    """Read the tables of a project, and freeze their statistics."""

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

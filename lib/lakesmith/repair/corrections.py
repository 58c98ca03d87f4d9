"""Write corrections into the quarantine, beside the raw input that they correct."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.batch.write.replayed import add_columns
from lakesmith.column_refs import named
from lakesmith.columns import PATCH, RAW, REPLAYED_BY, ROW, ROW_DIGEST
from lakesmith.repair.patch_file import Correction, Mistake, refused
from lakesmith.spec.yaml.provenance import suggest
from lakesmith.tables.commit import USER_METADATA
from lakesmith.tables.delta_log.fsync import force_newest
from lakesmith.tables.quarantine_rows import digest_of, with_names
from lakesmith.transforms.values.json_objects import texts_of

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

_ENTRY = "_entry"
_HINT = "`lakesmith quarantine T` shows the rows that wait, with their names and fields"


@dataclass(frozen=True)
class Corrections:
    """The entries of a file, for the quarantine of one table whose input has some fields."""

    file: Path
    entries: Sequence[Correction]
    fields: Sequence[str]

    def require_known_fields(self) -> None:
        """Refuse fields that the input does not have.

        Raises
        ------
        InputError
            LS653 with all of them.

        Examples
        --------
        >>> entry = Correction(2, "3f2a", values={"qty": "5"})
        >>> Corrections(Path("fix.csv"), [entry], ["Qty"]).require_known_fields()
        Traceback (most recent call last):
        ...
        lakesmith.errors.InputError: LS653 1 mistake(s) in the corrections
        fix.csv:2 the input has no field 'qty': did you mean 'Qty'?
          where: fix.csv
          next:  `lakesmith quarantine T` shows the rows that wait, with their names and fields
        """
        known = {*self.fields}
        mistakes = [
            (one.line, f"the input has no field '{name}': {self._suggestion(name)}")
            for one in self.entries
            for name in (*one.where, *one.values)
            if name not in known
        ]
        if mistakes:
            raise refused(self.file, mistakes, _HINT)

    def _suggestion(self, name: str) -> str:
        return suggest(name, self.fields, "fields")

    def write(self, session: SparkSession, quarantine: TableRef, about: str) -> None:
        """Write the corrections of rows that wait, in one commit.

        An entry whose rows were all replayed has nothing to do.

        Raises
        ------
        InputError
            LS653 when an entry names no row, or two name the same one.
        """
        rows = with_names(quarantine.load(session))
        found = self._found(session, rows)
        self._require_rows(found)
        session.conf.set(USER_METADATA, about)
        add_columns(session, quarantine)
        waits = found.filter(named(REPLAYED_BY).isNull())
        patches = waits.select(ROW_DIGEST, PATCH).distinct()
        _merge(patches, quarantine)
        force_newest(quarantine)

    def _found(self, session: SparkSession, rows: DataFrame) -> DataFrame:
        """Return the rows that each entry names.

        *Columns*: ``_entry`` INT, ``_row_digest``, ``_patch`` STRING, ``_replayed_by``.
        """
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, one in enumerate(self.entries):
            names = tuple(sorted(one.where))
            groups[names].append(number)
        stored = rows.drop(PATCH)
        raw_fields = texts_of(named(RAW))
        fields = stored.withColumn("_fields", raw_fields)
        parts = [
            self._found_by(session, fields, names, numbers)
            for names, numbers in groups.items()
        ]
        return reduce(DataFrame.unionByName, parts)

    def _found_by(
        self,
        session: SparkSession,
        rows: DataFrame,
        names: Sequence[str],
        numbers: Sequence[int],
    ) -> DataFrame:
        """Return the rows of the entries that name rows by the same fields, or by their name."""
        keys = [f"key_{position}" for position in range(len(names))]
        columns = ", ".join(f"{key} STRING" for key in ("name", *keys))
        ddl = f"{_ENTRY} INT, {PATCH} STRING, {columns}"
        data = [self._record(number, names) for number in numbers]
        entries = session.createDataFrame(data, ddl)
        is_meant = _has_values(keys, names) if names else named("name") == named(ROW)
        joined = rows.join(F.broadcast(entries), is_meant)
        return joined.select(_ENTRY, ROW_DIGEST, PATCH, REPLAYED_BY)

    def _record(self, number: int, names: Sequence[str]) -> tuple[Any, ...]:
        entry = self.entries[number]
        values = [entry.where[name] for name in names]
        return (number, entry.patch, entry.row, *values)

    def _require_rows(self, found: DataFrame) -> None:
        entries = found.select(_ENTRY).distinct()
        meant = {row[_ENTRY] for row in entries.collect()}
        mistakes: list[Mistake] = []
        for number, one in enumerate(self.entries):
            if number not in meant:
                mistakes.append((one.line, "no row of the quarantine is meant"))
        for row in _shared_rows(found).collect():
            first = self.entries[row["one"]]
            second = self.entries[row["two"]]
            what = f"line {first.line} means the same row"
            mistakes.append((second.line, what))
        if mistakes:
            raise refused(self.file, mistakes, _HINT)


def _has_values(keys: Iterable[str], fields: Iterable[str]) -> Column:
    """Return whether the fields of a row have the values of an entry."""
    is_same: list[Column] = []
    for key, name in zip(keys, fields, strict=True):
        field = named("_fields").getItem(name)
        is_same.append(named(key).eqNullSafe(field))
    return reduce(Column.__and__, is_same)


def _shared_rows(found: DataFrame) -> DataFrame:
    """Return the first and the last entry of each row that several mean."""
    entry = named(_ENTRY)
    first = F.min(entry).alias("one")
    last = F.max(entry).alias("two")
    of_rows = found.groupBy(ROW_DIGEST).agg(first, last)
    shared = of_rows.filter("one < two")
    return shared.select("one", "two").distinct()


def _merge(patches: DataFrame, quarantine: TableRef) -> None:
    name = quarantine.sql_name
    digest = digest_of(f"{name}.")
    is_same = digest == F.col(f"s.{ROW_DIGEST}")
    replayed_by = F.col(f"{name}.{REPLAYED_BY}")
    waits = replayed_by.isNull()
    patch = {PATCH: F.col(f"s.{PATCH}")}
    source = patches.alias("s")
    merge = source.mergeInto(name, is_same & waits)
    matched = merge.whenMatched()
    matched.update(patch).merge()


def about_corrections(app_id: str, run_id: str) -> str:
    """Return the metadata of the commit that writes corrections.

    Examples
    --------
    >>> about_corrections("lakesmith/local/silver.a/1/corrections", "r1")
    '{"app_id": "lakesmith/local/silver.a/1/corrections", "run_id": "r1"}'
    """
    return json.dumps({"app_id": app_id, "run_id": run_id}, sort_keys=True)

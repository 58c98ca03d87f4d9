"""Plan and read a directory of files as a source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame, SparkSession

from lakesmith.paths import local_path, path_of_rows
from lakesmith.sources.base import Known, Source
from lakesmith.sources.files.changes import fresh_files
from lakesmith.sources.files.find_bad_file import find_unreadable
from lakesmith.sources.files.formats import format_of
from lakesmith.sources.files.listing import FileEntry, by_name, list_files
from lakesmith.sources.files.new_files import next_files, read_files, reason_to_park
from lakesmith.sources.files.position import KIND, FilePositions, held_files, slice_of
from lakesmith.sources.registry import built_in
from lakesmith.sources.slices import MISSING, ParkedPart, Required, Slice, Slices
from lakesmith.spec.model.source import FilesSource
from lakesmith.spec.rules.sources.files import TAKES

if TYPE_CHECKING:
    from lakesmith.sources.positions import Position
    from lakesmith.tables.ref import TableRef

READERS = 8
# Settings that older commits do not have, with what they were.
_ADDED: Mapping[str, Any] = {"field_names": {}, "header": True, "null_values": []}


@built_in
class Files(Source):
    """CSV, JSON-lines or Parquet files in a directory.

    A file is its path, size and modification time.
    """

    kind = KIND
    spec = FilesSource
    positions = FilePositions()
    settings: FilesSource

    @property
    def where(self) -> str:
        """The key of its directory in the specs.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> files = Files(example_project(), "bronze.a")
        >>> files.where
        'sources.s.path'
        """
        return f"sources.{self.name}.path"

    def has_new(self, position: Position, known: Known) -> bool | None:
        """Return whether a local directory has new or changed files."""
        if local_path(self.settings.path) is None:
            return None
        return bool(self._fresh(None, position, known))

    def next_slice(
        self, spark: SparkSession, position: Position, known: Known
    ) -> Slices:
        """Return the new files that can be read, and those to park."""
        fresh = self._fresh(spark, position, known)
        found = next_files(spark, self.settings, fresh, self.where)
        entries = list(found.files)
        parked: list[ParkedPart] = []
        for file, reason in found.parked:
            entries.append(file)
            parked.append(ParkedPart(file.path, reason, [file.size, file.mtime]))
        return Slices(
            slice_of(self.name, found.files),
            tuple(parked),
            found.more,
            aliases={file.path: file.aliases for file in entries if file.aliases},
        )

    def _fresh(
        self, spark: SparkSession | None, position: Position, known: Known
    ) -> tuple[FileEntry, ...]:
        parked = position.get("parked", {})
        # A file that this run could not open waits for the next run.
        waiting = {path: "" for path in known.tried if path in parked}
        return fresh_files(
            spark,
            self.settings,
            position.get("seen", {}),
            parked | waiting,
            self.where,
        )

    def read(self, session: SparkSession, piece: Slice) -> DataFrame:
        """Return the rows of the files as text.

        Returns
        -------
        DataFrame
            *Columns*: the declared columns STRING, ``_source_file`` STRING, ``_rescued`` STRING; of
            JSON also ``_arrived``, which fields a line has.
        """
        return read_files(session, self.settings, self.positions.parts(piece))

    def max_rows(self, piece: Slice) -> int | None:
        """Return the rows of few Parquet files, or a bound by the size of text files.

        Examples
        --------
        >>> from lakesmith.sources.files.position import files_slice
        >>> from lakesmith.spec.example import example_project
        >>> files = Files(example_project(), "bronze.a")
        >>> files.max_rows(files_slice("s", [("in/a.csv", 1200, 1700)]))
        1200
        >>> files.max_rows(files_slice("s", [("in/a.csv.gz", 1200, 1700)]))
        """
        paths = self.positions.parts(piece)
        size = sum(file[1] for file in piece.data["files"])
        return format_of(self.settings).max_rows(self.settings, paths, size)

    def still_readable(self, piece: Slice) -> str:
        """Return which file changed or vanished since the slice was planned.

        Examples
        --------
        >>> from lakesmith.sources.files.position import files_slice
        >>> from lakesmith.spec.example import example_project
        >>> files = Files(example_project(), "bronze.a")
        >>> files.still_readable(files_slice("s", [("in/no_such.csv", 12, 1700)]))
        "file 'in/no_such.csv' vanished after the batch was planned"
        """
        for path, size, mtime in piece.data["files"]:
            local = local_path(path)
            if local is None:
                return ""
            stat = local.stat() if local.exists() else None
            if stat is None:
                return f"file {path!r} vanished after the batch was planned"
            if (stat.st_size, stat.st_mtime_ns // 1_000_000) != (size, mtime):
                return f"file {path!r} changed after the batch was planned"
        return ""

    @property
    def can_isolate(self) -> bool:
        """Whether bad files are parked.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> files = Files(example_project(), "bronze.a")
        >>> files.can_isolate
        True
        """
        return self.settings.on_bad_input == "park"

    def isolate(
        self, session: SparkSession, piece: Slice, error: Exception
    ) -> ParkedPart | None:
        """Return the file that cannot be read to its end, if there is one."""
        paths = self.positions.parts(piece)
        found = find_unreadable(session, self.settings, paths)
        if found is None:
            return None
        path, reason = found
        files = piece.data["files"]
        stats = {file[0]: file[1:] for file in files}
        return ParkedPart(path, reason, stats[path])

    def describe(self, piece: Slice) -> str:
        """Return how many files a slice has, and how large they are.

        Examples
        --------
        >>> from lakesmith.sources.files.position import files_slice
        >>> from lakesmith.spec.example import example_project
        >>> files = Files(example_project(), "bronze.a")
        >>> files.describe(files_slice("s", [("in/a.csv", 1200, 1700)]))
        '1 file(s), 1,200 bytes'
        """
        files = piece.data["files"]
        count = len(files)
        size = sum(file[1] for file in files)
        return f"{count} file(s), {size:,} bytes"

    def row_count(self, spark: SparkSession, piece: Slice) -> int | None:
        """Return the rows that the footers of Parquet files have, where pyarrow reaches them.

        Notes
        -----
        No Spark job.
        """
        return format_of(self.settings).row_count(self.positions.parts(piece))

    def may_lack(self) -> tuple[str, ...]:
        """Return the columns of JSON that are not optional, since JSON has no header.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> files = Files(example_project(), "bronze.a")
        >>> files.may_lack()
        ()
        """
        spec = self.settings
        if not format_of(spec).may_lack_fields:
            return ()
        optional = spec.optional_columns
        return tuple(name for name in spec.columns if name not in optional)

    def row_settings(self) -> dict[str, Any]:
        """Return the format, and the settings that it takes.

        Those that a later version added are left out where they change nothing.

        Examples
        --------
        >>> from lakesmith.spec.example import example_project
        >>> Files(example_project(), "bronze.a").row_settings()["encoding"]
        'UTF-8'
        """
        names = {"format", *TAKES[self.settings.format]}
        # Where nothing names the fields of a row, the order of the columns does.
        if self.settings.widths or not self.settings.header:
            names.add("columns")
        settings = self.settings.model_dump(mode="json", include=names)
        return {
            name: value
            for name, value in settings.items()
            if name not in _ADDED or value != _ADDED[name]
        }

    def required(
        self, spark: SparkSession, position: Position, must_read: Collection[str]
    ) -> Required:
        """Return the files whose rows the table holds, by the paths that are listed today.

        Notes
        -----
        Opens the head or the footer of each file; no Spark job for local files.
        """
        listed = by_name(list_files(spark, self.settings, self.where))
        held = held_files(position)
        needed = sorted({*held, *must_read})

        def problem(path: str) -> str:
            return self._problem(spark, listed.get(path), held.get(path))

        with ThreadPoolExecutor(READERS) as pool:
            reasons = list(pool.map(problem, needed))
        found = [listed[path].path for path in needed if path in listed]
        parts = dict.fromkeys(found)
        pairs = zip(needed, reasons, strict=True)
        problems = {path: reason for path, reason in pairs if reason}
        return Required(parts=tuple(parts), problems=problems)

    def gone(
        self, spark: SparkSession, position: Position, before: Position
    ) -> Collection[str]:
        """Return the files that were read since a position and are not listed any more."""
        since = held_files(position).keys() - held_files(before).keys()
        listed = by_name(list_files(spark, self.settings, self.where)) if since else {}
        return since - listed.keys()

    def _problem(
        self, spark: SparkSession, file: FileEntry | None, seen: tuple[int, int] | None
    ) -> str:
        """Return why a rebuild would not get the rows of a file, or an empty text when it would."""
        if file is None:
            return MISSING
        is_same = seen is None or seen == (file.size, file.mtime)
        reason = reason_to_park(spark, self.settings, file.path)
        if is_same or self.settings.on_changed_file == "reload":
            return reason
        return reason or "the file changed after it was read"

    def landed(
        self,
        spark: SparkSession,
        table: TableRef,
        position: Position,
        begun: Slice | None,
    ) -> Slice | None:
        """Return the files whose rows a table holds and that are not known as read or begun."""
        rows = table.load(spark).select("_source_file").distinct().collect()
        held = {path_of_rows(row["_source_file"]) for row in rows}
        known = set(position.get("seen", {}))
        if begun is not None:
            known.update(self.positions.parts(begun))
        unknown = held - known
        files = list_files(spark, self.settings, self.where)
        landed = [file for file in files if file.path in unknown]
        return slice_of(self.name, landed)

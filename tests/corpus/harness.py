"""Run the fault corpus, in which each case is a folder with files, specs and expected tables.

All cases of a group are sources of one project, so that they share one Spark session and one run.
``README.md`` beside this file says what a case may hold.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any

import yaml
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType, DataType

from lakesmith.errors import ConfigError, RunError
from lakesmith.lake import Lake, open_lake
from lakesmith.observe.results import RunResult, TableResult

CASES = Path(__file__).resolve().parent / "cases"
LAYERS = ("bronze", "silver", "gold")
UPSTREAM = {"bronze": "sources", "silver": "bronze", "gold": "silver"}
BASE = "version: 1\nname: corpus\nlock_wait_seconds: 0\ndurable: false\nparallel: 3\nprofile: {level: basic}\n"
NESTED = ("struct", "array", "map", "variant")
ROWS = 10_000
# Values whose text in Python is that of Spark.
PLAIN = (str, bool, int, Decimal, dt.date, dt.datetime, type(None))
Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Case:
    """One case: its folder, and what its `case.yml` says."""

    root: Path
    about: str
    group: str = "ok"
    findings: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    runs: tuple[Mapping[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """The name of the folder, of the source and of its tables."""
        return self.root.name

    def spec(self, kind: str, run: int) -> str | None:
        """Return the text of the newest spec of a kind up to a run; None where the case has none."""
        folders = [self.root / str(number) for number in range(run, 1, -1)]
        files = [folder / f"{kind}.yml" for folder in (*folders, self.root)]
        texts = [file.read_text(encoding="utf-8") for file in files if file.exists()]
        return next(iter(texts), "" if kind == "bronze" and self.shares is None else None)

    @property
    def shares(self) -> str | None:
        """The case whose bronze table this one reads, where it has no source of its own."""
        if (self.root / "source.yml").exists():
            return None
        silver = yaml.safe_load((self.root / "silver.yml").read_text(encoding="utf-8"))
        return str(silver["from"]).removeprefix("bronze.")

    def layers(self, run: int) -> list[str]:
        """List the layers in which the case has a table."""
        return [layer for layer in LAYERS if self.spec(layer, run) is not None]

    def tables(self, run: int) -> list[str]:
        """List the tables of the case."""
        return [f"{layer}.{self.name}" for layer in self.layers(run)]


def load_cases(root: Path = CASES) -> list[Case]:
    """Return all cases of a folder, in the order of their names."""
    return [load_case(folder) for folder in sorted(root.iterdir()) if folder.is_dir()]


def with_shared(selected: Collection[str], cases: Sequence[Case]) -> list[Case]:
    """Return the cases of some names, and those whose bronze tables they read."""
    read = {case.shares for case in cases if case.name in selected}
    return [case for case in cases if case.name in selected or case.name in read]


def load_case(folder: Path) -> Case:
    """Return the case of a folder; a key that a case cannot have is an error."""
    found = yaml.safe_load((folder / "case.yml").read_text(encoding="utf-8"))
    lists = {key: tuple(found.pop(key, None) or ()) for key in ("findings", "warnings", "runs")}
    return Case(folder, **found, **lists)


@dataclass
class Outcome:
    """What a run came to: its result, and the rows that the cases ask for as text."""

    result: RunResult
    rows: dict[tuple[str, str], list[Row]] = field(default_factory=dict)

    def table(self, name: str) -> TableResult:
        """Return the result of a table."""
        return next(table for table in self.result.tables if table.table == name)


class Workspace:
    """A project on disk that holds several cases."""

    def __init__(self, root: Path, spark: SparkSession, cases: Sequence[Case]) -> None:
        self.root = root
        self.spark = spark
        self.cases = cases

    def run(self, number: int) -> dict[str, Outcome]:
        """Write the specs and files of a run, run it, and return the outcome of each case that expects one."""
        self._write_specs(number)
        self._land(number)
        active = [case for case in self.cases if len(case.runs) >= number]
        outcomes: dict[str, Outcome] = {}
        for kind in sorted({_kind(case, number) for case in active}):
            cases = [case for case in active if _kind(case, number) == kind]
            outcome = self._run(number, cases, rebuild=kind[1])
            outcomes |= {case.name: outcome for case in cases}
        return outcomes

    def lake(self) -> Lake:
        """Open the project as it is on disk now."""
        overrides = {"warehouse": str(self.root / "lake")}
        return open_lake(self.root / "conf", overrides=overrides, spark=self.spark)

    def _run(self, number: int, cases: Sequence[Case], rebuild: bool) -> Outcome:
        tables = [table for case in cases for table in case.tables(number)]
        lake = self.lake()
        try:
            outcome = Outcome(lake.run(select=tables, rebuild=rebuild))
        except RunError as error:
            outcome = Outcome(error.result)
        outcome.rows = read_rows(lake, list(_wanted(cases, number)))
        return outcome

    def _write_specs(self, number: int) -> None:
        conf = self.root / "conf"
        shutil.rmtree(conf, ignore_errors=True)
        _write(conf / "base.yml", BASE)
        for case in self.cases:
            landing = self.root / "in" / case.name
            source = case.spec("source", number)
            if source is not None:
                _write(conf / "sources" / f"{case.name}.yml", f"{source}\npath: {landing}\n")
            for layer in case.layers(number):
                _write(conf / "tables" / layer / f"{case.name}.yml", _with_upstream(case, layer, number))

    def _land(self, number: int) -> None:
        for case in self.cases:
            landing = self.root / "in" / case.name
            landing.mkdir(parents=True, exist_ok=True)
            files = case.root / "in" / str(number)
            if files.exists():
                _copy(files, landing)


def findings_of(root: Path, case: Case) -> str:
    """Return what `validate` says of a case, its warnings included; empty when the specs are sound."""
    cases = with_shared([case.name], load_cases())
    workspace = Workspace(root, None, cases)  # type: ignore[arg-type]
    workspace._write_specs(1)
    for one in cases:
        (root / "in" / one.name).mkdir(parents=True)
    try:
        warnings = workspace.lake().validate()
    except ConfigError as error:
        return "\n".join(map(str, error.args))
    return "\n".join(f"warning {problem.code} {problem.what}" for problem in warnings)


def read_rows(lake: Lake, wanted: Sequence[tuple[str, str, Sequence[str]]]) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of tables as text, with Spark only for what delta-rs does not read as Spark does.

    `wanted` names for each the kind (``tables`` or ``quarantine``), the table, and the columns.
    """
    local = {(kind, table): local_texts(lake, kind, table, columns) for kind, table, columns in wanted}
    rest = [one for one in wanted if local[one[0], one[1]] is None]
    return {key: rows for key, rows in local.items() if rows is not None} | spark_texts(lake, rest)


def local_texts(lake: Lake, kind: str, table: str, columns: Sequence[str]) -> list[Row] | None:
    """Return rows as text without Spark, None where a value has a text that only Spark knows."""
    rows = lake.quarantined_rows(table, ROWS) if kind == "quarantine" else lake.rows(table, limit=ROWS)
    if rows is None:
        return None
    values = [{name: _local_value(row, name) for name in columns} for row in rows]
    if not all(isinstance(value, PLAIN) for row in values for value in row.values()):
        return None
    return [{name: _plain_text(value) for name, value in row.items()} for row in values]


def _local_value(row: Mapping[str, Any], name: str) -> Any:
    if name == "_check":
        return row["_reasons"][0]["check"]
    if name in row:
        return row[name]
    return json.loads(row["_raw"], parse_int=str).get(name)


def _plain_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.datetime):
        text = value.isoformat(" ")
        return text.rstrip("0") if "." in text else text
    return None if value is None else str(value)


def spark_texts(lake: Lake, wanted: Sequence[tuple[str, str, Sequence[str]]]) -> dict[tuple[str, str], list[Row]]:
    """Return rows as text as Spark casts them, with one job for all tables."""
    frames = [_texts(lake, kind, table, columns) for kind, table, columns in wanted]
    rows: dict[tuple[str, str], list[Row]] = {(kind, table): [] for kind, table, _ in wanted}
    for row in reduce(DataFrame.union, frames).collect() if frames else []:
        rows[row["kind"], row["table"]].append(json.loads(row["row"]))
    return rows


def _texts(lake: Lake, kind: str, table: str, columns: Sequence[str]) -> DataFrame:
    rows = lake.quarantine(table) if kind == "quarantine" else lake.table(table)
    fields = [_field(rows, name).alias(name) for name in columns]
    text = F.to_json(F.struct(*fields), {"ignoreNullFields": "false"}) if fields else F.lit("{}")
    return rows.select(F.lit(kind).alias("kind"), F.lit(table).alias("table"), text.alias("row"))


def _field(rows: DataFrame, name: str) -> Column:
    if name == "_check":
        return F.get("_reasons", F.lit(0))["check"]
    if name in rows.columns:
        return _as_text(F.col(f"`{name}`"), rows.schema[name].dataType)
    return F.get_json_object("_raw", f"$['{name}']")


def _as_text(value: Column, kind: DataType) -> Column:
    if kind.typeName() in NESTED:
        return F.to_json(value)
    return F.hex(value) if isinstance(kind, BinaryType) else value.cast("string")


def _wanted(cases: Sequence[Case], number: int) -> Iterator[tuple[str, str, list[str]]]:
    for case in cases:
        for kind in ("tables", "quarantine"):
            for layer, rows in (case.runs[number - 1].get(kind) or {}).items():
                yield kind, f"{layer}.{case.name}", list(rows[0]) if rows else []


def _kind(case: Case, number: int) -> tuple[bool, bool]:
    """Tell whether a case ends with an error, so that its run publishes nothing, and whether it is rebuilt."""
    expected = case.runs[number - 1]
    return bool(expected.get("errors")), bool(expected.get("rebuild"))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _with_upstream(case: Case, layer: str, number: int) -> str:
    text = case.spec(layer, number) or ""
    is_named = any(line.startswith("from:") for line in text.splitlines())
    return text if is_named else f"{text}\nfrom: {UPSTREAM[layer]}.{case.name}\n"


def _copy(files: Path, landing: Path) -> None:
    for file in sorted(files.rglob("*")):
        target = landing / file.relative_to(files)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.is_symlink():
            target.unlink(missing_ok=True)
            target.symlink_to(os.readlink(file))
        elif file.is_file():
            shutil.copy2(file, target)

"""Check checkpoint files and read their actions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from lakesmith.tables.delta_log.actions import Action, read_actions

WANTED = ("add", "remove", "metaData", "protocol", "sidecar")


def checkpoint_problem(file: Path) -> str:
    """Return why a checkpoint cannot be read, or an empty text for a sound one."""
    try:
        for _ in checkpoint_actions(file):
            pass
    except (ValueError, OSError) as error:  # pyarrow's own errors are one or the other
        if file.stat().st_size == 0:
            return "the file is empty"
        return str(error).splitlines()[0]
    return ""


def checkpoint_actions(file: Path) -> Iterator[Action]:
    """Yield the actions of one checkpoint file, those of its sidecars included.

    Raises
    ------
    ValueError, OSError
        When the file cannot be read.
    """
    for action in read_actions(file) if file.suffix == ".json" else _rows(file):
        if action.get("sidecar"):
            yield from _rows(file.parent / "_sidecars" / action["sidecar"]["path"])
        else:
            yield action


def _rows(file: Path) -> Iterator[Action]:
    with pq.ParquetFile(file) as parquet:
        columns = [name for name in WANTED if name in parquet.schema_arrow.names]
        for batch in parquet.iter_batches(columns=columns):
            yield from cast(
                "list[dict[str, Any]]", pa.Table.from_batches([batch]).to_pylist()
            )

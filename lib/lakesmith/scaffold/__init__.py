"""A small project for a user's own files: what ``lakesmith init DIR`` writes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.json_schema import schemas, write_schemas

if TYPE_CHECKING:
    # Its place differs between Python 3.10 and 3.14.
    from importlib.abc import Traversable

_SCHEMAS = Path("conf") / "schema"


def init_project(directory: Path) -> list[Path]:
    """Write a project that runs at once: specs, two CSV files, JSON Schemas and a README.

    Parameters
    ----------
    directory : Path
        Made when it is missing.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ConfigError
        When a file exists already (LS117, all are listed); then nothing is written.
    """
    templates = dict(_templates(files(__name__) / "template", PurePosixPath()))
    targets = [directory / name for name in templates] + [
        directory / _SCHEMAS / name for name in schemas()
    ]
    _refuse_overwriting(directory, targets)
    for name, template in templates.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(template.read_bytes())
    return [directory / name for name in templates] + write_schemas(
        directory / _SCHEMAS
    )


def _templates(
    folder: Traversable, path: PurePosixPath
) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _templates(entry, path / entry.name)
        else:
            yield path / entry.name, entry


def _refuse_overwriting(directory: Path, targets: list[Path]) -> None:
    hint = "give another directory, or move the file away"
    taken = [
        path
        for path in (directory, *directory.parents)
        if path.exists() and not path.is_dir()
    ]
    taken += [path for path in targets if path.exists()]
    if taken:
        raise ConfigError(
            [
                Problem("LS117", f"'{path}' exists already", str(path), hint=hint)
                for path in taken
            ]
        )

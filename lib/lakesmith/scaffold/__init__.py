"""Write a small project for a user's own files, as ``lakesmith init DIR`` does."""

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
    """Write a project that runs at once.

    It has specs, two CSV files, JSON Schemas and a README.

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

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as directory:
    ...     written = init_project(Path(directory))
    >>> "base.yml" in {file.name for file in written}
    True
    """
    templates = dict(_templates(files(__name__) / "template", PurePosixPath()))
    specs = [directory / name for name in templates]
    schema_files = [directory / _SCHEMAS / name for name in schemas()]
    _refuse_overwriting(directory, [*specs, *schema_files])
    for name, template in templates.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(template.read_bytes())
    return [*specs, *write_schemas(directory / _SCHEMAS)]


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
    folders = (directory, *directory.parents)
    taken = [path for path in folders if path.exists() and not path.is_dir()]
    taken += [path for path in targets if path.exists()]
    problems = [
        Problem(
            code="LS117",
            what=f"'{path}' exists already",
            file=str(path),
            hint=hint,
        )
        for path in taken
    ]
    if problems:
        raise ConfigError(problems)

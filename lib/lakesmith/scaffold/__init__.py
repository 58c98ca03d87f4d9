"""Write a small project for a user's own files, as ``lakesmith init DIR`` does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.json_schema import schemas, write_schemas

if TYPE_CHECKING:
    # Its place differs between Python 3.10 and 3.14.
    from importlib.abc import Traversable

# The types of sources that a project may begin with, and the package that Spark needs for each.
SOURCES: Mapping[str, str] = {
    "files": "",
    "jdbc": "org.postgresql:postgresql:42.7.14",
    "http": "",
    "kafka": "org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0",
}
_SCHEMAS = Path("conf") / "schema"
_LOCAL = PurePosixPath("conf/spark/local.conf")
_PACKAGES = re.compile(r"^spark\.jars\.packages .*$", re.MULTILINE)


def init_project(directory: Path, source: str = "files") -> list[Path]:
    """Write a project with the specs of a source and of three tables.

    One of files has two of CSV, so that it runs at once.

    Parameters
    ----------
    directory : Path
        Made when it is missing.
    source : str, optional
        The type of the source, one of `SOURCES`.

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
    contents = _contents(source)
    specs = [directory / name for name in contents]
    schema_files = [directory / _SCHEMAS / name for name in schemas()]
    _refuse_overwriting(directory, [*specs, *schema_files])
    for name, content in contents.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return [*specs, *write_schemas(directory / _SCHEMAS)]


def _contents(source: str) -> dict[PurePosixPath, bytes]:
    """Return the files of a project by their names."""
    folder = files(__name__)
    contents = _read(folder / "template")
    if source == "files":
        return contents
    # The files of CSV are none of another source.
    others = {name: text for name, text in contents.items() if name.parts[0] != "in"}
    local = others[_LOCAL].decode()
    others[_LOCAL] = _with_package(local, SOURCES[source]).encode()
    return {**others, **_read(folder / "sources" / source)}


def _read(folder: Traversable) -> dict[PurePosixPath, bytes]:
    templates = _templates(folder, PurePosixPath())
    return {name: template.read_bytes() for name, template in templates}


def _with_package(settings: str, package: str) -> str:
    """Return settings of Spark with one more package.

    Examples
    --------
    >>> _with_package("spark.jars.packages  a:b:1", "c:d:2")
    'spark.jars.packages  a:b:1,c:d:2'
    """
    added = f",{package}" if package else ""
    return _PACKAGES.sub(rf"\g<0>{added}", settings)


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

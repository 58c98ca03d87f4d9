"""Read the files of a project.

These are ``base.yml``, one file for each spec of each kind, and the overlay of an environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.kinds import Kind, all_kinds
from lakesmith.spec.yaml.nodes import Node
from lakesmith.spec.yaml.provenance import KeyPath, Origin, dotted, suggest
from lakesmith.spec.yaml.reader import read_yaml

_SUFFIXES = (".yml", ".yaml")
_ALIKE = 0.75
_NOT_IN_ANY = {"env": "choose the environment with --env"}


def environments(conf: Path) -> tuple[str, ...]:
    """Return the environments of a project, ``local`` and every ``conf/<env>.yml``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as directory:
    ...     _ = Path(directory, "prod.yml").write_text("catalog: main")
    ...     environments(Path(directory))
    ('local', 'prod')
    """
    names = {file.stem for file in conf.glob("*.yml") if file.is_file()} - {"base"}
    return tuple(sorted(names | {"local"}))


def read_base(conf: Path, problems: list[Problem]) -> Node:
    """Read ``base.yml`` and the specs of all kinds as one tree.

    Parameters
    ----------
    conf : Path
        The directory with ``base.yml``.
    problems : list of Problem
        Everything found is appended.

    Returns
    -------
    Node
        A spec whose file cannot be read is an empty map.

    Raises
    ------
    ConfigError
        When the directory is missing (LS101).
    """
    if not conf.is_dir():
        hint = "give the directory with --conf, or make a project with `lakesmith init DIR`"
        problem = Problem(
            code="LS101",
            what=f"no configuration directory '{conf}'",
            hint=hint,
        )
        raise ConfigError([problem])
    kinds = all_kinds()
    refused = {kind.name: _file_hint(kind) for kind in kinds}
    settings = _read_settings(conf / "base.yml", problems, refused | _NOT_IN_ANY)
    base = settings or _nameless(conf)
    specs = {kind.name: _read_kind(conf, kind, problems) for kind in kinds}
    problems += _stray_kinds(conf, {kind.name: kind for kind in kinds})
    return Node({**base.value, **specs}, base.origin)


def read_overlay(conf: Path, env: str, problems: list[Problem]) -> Node:
    """Read the overlay ``conf/<env>.yml``, which only the environment ``local`` may lack."""
    nothing = Node({}, Origin(str(conf)))
    known = environments(conf)
    file = conf / f"{env}.yml"
    if env not in known:
        problem = Problem(
            code="LS102",
            what=f"unknown environment '{env}'",
            file=str(conf),
            hint=suggest(env, known, "known environments"),
        )
        problems.append(problem)
        return nothing
    if not file.is_file():
        return nothing
    return _read_settings(file, problems, _NOT_IN_ANY) or nothing


def _file_hint(kind: Kind) -> str:
    return f"one {kind.noun} per file: conf/{kind.folder}/<name>.yml"


def _nameless(conf: Path) -> Node:
    # The missing name is no separate mistake where the whole file cannot be read.
    origin = Origin(str(conf / "base.yml"))
    return Node({"name": Node("unreadable", origin)}, origin)


def _read_settings(
    file: Path, problems: list[Problem], refused: Mapping[str, str]
) -> Node | None:
    if not file.is_file():
        problem = Problem(
            code="LS101",
            what=f"no file '{file}'",
            hint="it holds at least 'name: my_project'",
        )
        problems.append(problem)
        return None
    node = read_yaml(file, problems)
    if node is None:
        return None
    for key in sorted(refused.keys() & node.value.keys()):
        problems.append(_misplaced(node.value[key], key, refused[key]))
    kept = {key: child for key, child in node.value.items() if key not in refused}
    return Node(kept, node.origin)


def _misplaced(node: Node, key: str, hint: str) -> Problem:
    return Problem(
        code="LS110",
        what=f"'{key}' does not belong here",
        file=node.origin.file,
        line=node.origin.line,
        key=key,
        hint=hint,
    )


def _read_kind(conf: Path, kind: Kind, problems: list[Problem]) -> Node:
    directory = conf / kind.name
    if not kind.layers:
        return _read_specs(directory, kind, (kind.name,), problems)
    layers = {
        layer: _read_specs(directory / layer, kind, (kind.name, layer), problems)
        for layer in kind.layers
    }
    problems += _stray_layers(directory, kind)
    return Node(layers, Origin(str(conf)))


def _read_specs(
    directory: Path, kind: Kind, path: KeyPath, problems: list[Problem]
) -> Node:
    specs: dict[str, Node] = {}
    for file in _spec_files(directory, kind, path, problems):
        spec = read_yaml(file, problems, (*path, file.stem))
        specs[file.stem] = spec or Node(None, Origin(str(file)))
    return Node(specs, Origin(str(directory)))


def _spec_files(
    directory: Path, kind: Kind, path: KeyPath, problems: list[Problem]
) -> Iterator[Path]:
    for file in sorted(directory.glob("*")):
        if file.name.startswith("."):
            continue
        if file.is_dir():
            if _holds_specs(file):
                problems.append(_nested(file, path))
        elif file.suffix.lower() not in _SUFFIXES:
            continue
        elif file.suffix != ".yml":
            problems.append(_misnamed(file, path, f"rename it to '{file.stem}.yml'"))
        elif re.fullmatch(kind.pattern, file.stem):
            yield file
        else:
            hint = "use lower-case letters, digits and '_', a letter first"
            problems.append(_misnamed(file, path, hint))


def _stray_kinds(conf: Path, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
    """Yield the folders whose names are nearly those of a kind."""
    for entry in sorted(conf.glob("*")):
        meant = get_close_matches(entry.name.lower(), kinds, cutoff=_ALIKE)
        is_stray = entry.name not in kinds and bool(meant)
        if is_stray and entry.is_dir() and _holds_specs(entry):
            yield Problem(
                code="LS113",
                what=f"folder '{entry.name}' is not read",
                file=str(entry),
                hint=f"rename it to '{meant[0]}'",
            )


def _holds_specs(directory: Path) -> bool:
    files = directory.rglob("*")
    return any(file.suffix.lower() in _SUFFIXES for file in files)


def _nested(directory: Path, path: KeyPath) -> Problem:
    return Problem(
        code="LS113",
        what=f"folder '{directory.name}' is not read",
        file=str(directory),
        key=dotted(path),
        hint="put its files into the folder above; the name of a table is that of its file",
    )


def _misnamed(file: Path, path: KeyPath, hint: str) -> Problem:
    return Problem(
        code="LS113",
        what=f"file name '{file.name}' is not allowed",
        file=str(file),
        key=dotted(path),
        hint=hint,
    )


def _stray_layers(directory: Path, kind: Kind) -> Iterator[Problem]:
    hint = f"{_file_hint(kind)}, layers: {', '.join(kind.layers)}"
    for entry in sorted(directory.glob("*")):
        is_spec = entry.is_dir() or entry.suffix.lower() in _SUFFIXES
        is_stray = entry.name not in kind.layers and not entry.name.startswith(".")
        if is_spec and is_stray:
            yield Problem(
                code="LS113",
                what=f"'{entry.name}' is not a layer",
                file=str(entry),
                key=kind.name,
                hint=hint,
            )

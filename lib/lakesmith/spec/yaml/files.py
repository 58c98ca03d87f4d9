"""The files of a project: base, one file per source and table, and the overlay of an environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.model import Layer
from lakesmith.spec.yaml.nodes import Node, read_yaml
from lakesmith.spec.yaml.provenance import KeyPath, Origin, dotted, suggest

LAYERS: tuple[str, ...] = get_args(Layer)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,127}")
_NOT_IN_BASE = {
    "sources": "one source per file: conf/sources/<name>.yml",
    "tables": "one table per file: conf/tables/<layer>/<name>.yml",
}
_NOT_IN_ANY = {"env": "choose the environment with --env"}


def environments(conf: Path) -> tuple[str, ...]:
    """Return the environments of a project: ``local``, and every ``conf/<env>.yml``."""
    found = {file.stem for file in conf.glob("*.yml") if file.is_file()} - {"base"}
    return tuple(sorted(found | {"local"}))


def read_base(conf: Path, problems: list[Problem]) -> Node:
    """Read base, sources and tables as one tree; a thing whose file cannot be read is an empty map.

    Parameters
    ----------
    conf : Path
        The directory with ``base.yml``.
    problems : list of Problem
        Everything found is appended.

    Returns
    -------
    Node

    Raises
    ------
    ConfigError
        When the directory is missing (LS101).
    """
    if not conf.is_dir():
        hint = "give the directory with --conf, or make a project with `lakesmith init DIR`"
        raise ConfigError(
            [Problem("LS101", f"no configuration directory '{conf}'", hint=hint)]
        )
    base = _read_settings(
        conf / "base.yml", problems, _NOT_IN_BASE | _NOT_IN_ANY
    ) or _nameless(conf)
    sources = _read_things(conf / "sources", ("sources",), problems)
    tables = {
        layer: _read_things(conf / "tables" / layer, ("tables", layer), problems)
        for layer in LAYERS
    }
    problems += _stray_layers(conf / "tables")
    top = Origin(str(conf))
    return Node(
        {**base.value, "sources": sources, "tables": Node(tables, top)}, base.origin
    )


def read_overlay(conf: Path, env: str, problems: list[Problem]) -> Node:
    """Read the overlay ``conf/<env>.yml``; only the environment ``local`` may do without."""
    if env not in environments(conf):
        hint = suggest(env, environments(conf), "known environments")
        problems.append(
            Problem("LS102", f"unknown environment '{env}'", str(conf), hint=hint)
        )
    elif (conf / f"{env}.yml").is_file():
        return _read_settings(conf / f"{env}.yml", problems, _NOT_IN_ANY) or Node(
            {}, Origin(str(conf))
        )
    return Node({}, Origin(str(conf)))


def _nameless(conf: Path) -> Node:
    # The missing name is no mistake of its own where the whole file cannot be read.
    origin = Origin(str(conf / "base.yml"))
    return Node({"name": Node("unreadable", origin)}, origin)


def _read_settings(
    file: Path, problems: list[Problem], refused: dict[str, str]
) -> Node | None:
    if not file.is_file():
        problems.append(
            Problem(
                "LS101",
                f"no file '{file}'",
                hint="it holds at least 'name: my_project'",
            )
        )
        return None
    node = read_yaml(file, problems)
    if node is None:
        return None
    for key in sorted(refused.keys() & node.value.keys()):
        line = node.value[key].origin.line
        problems.append(
            Problem(
                "LS110",
                f"'{key}' does not belong here",
                str(file),
                line,
                key,
                refused[key],
            )
        )
    return Node(
        {key: child for key, child in node.value.items() if key not in refused},
        node.origin,
    )


def _read_things(directory: Path, path: KeyPath, problems: list[Problem]) -> Node:
    things: dict[str, Node] = {}
    for file in _spec_files(directory, path, problems):
        thing = read_yaml(file, problems, (*path, file.stem))
        things[file.stem] = thing or Node(None, Origin(str(file)))
    return Node(things, Origin(str(directory)))


def _spec_files(
    directory: Path, path: KeyPath, problems: list[Problem]
) -> Iterator[Path]:
    for file in sorted(directory.glob("*.y*ml")):
        if file.suffix == ".yaml":
            problems.append(_misnamed(file, path, f"rename it to '{file.stem}.yml'"))
        elif _NAME.fullmatch(file.stem):
            yield file
        else:
            hint = "the file is named after its thing: lower-case letters, digits and '_', a letter first"
            problems.append(_misnamed(file, path, hint))


def _misnamed(file: Path, path: KeyPath, hint: str) -> Problem:
    return Problem(
        "LS113",
        f"file name '{file.name}' is not allowed",
        str(file),
        key=dotted(path),
        hint=hint,
    )


def _stray_layers(directory: Path) -> Iterator[Problem]:
    for entry in sorted(directory.glob("*")):
        is_spec = entry.is_dir() or entry.suffix in {".yml", ".yaml"}
        if is_spec and entry.name not in LAYERS and not entry.name.startswith("."):
            hint = f"tables lie in conf/tables/<layer>/, layers: {', '.join(LAYERS)}"
            yield Problem(
                "LS113",
                f"'{entry.name}' is not a layer",
                str(entry),
                key="tables",
                hint=hint,
            )

"""Load a project: read, merge the overlays, check everything, and list all problems at once."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.model import Project
from lakesmith.spec.model_errors import project_from, wanted_texts
from lakesmith.spec.rules.all_rules import rule_findings
from lakesmith.spec.rules.context import StepCheck
from lakesmith.spec.yaml.files import environments, read_base, read_overlay
from lakesmith.spec.yaml.nodes import Node
from lakesmith.spec.yaml.overlays import Sets, keep_known, merge, set_overlays, typed
from lakesmith.spec.yaml.provenance import (
    DEFAULT,
    Finding,
    KeyPath,
    Origin,
    dotted,
    locate,
)
from lakesmith.spec.yaml.secrets import secret_findings

# A value reported with one of these codes cannot be judged further: what else is found there is an echo.
_SETTLED_BY = frozenset({"LS101", "LS103", "LS105", "LS106", "LS108", "LS109", "LS116"})


@dataclass(frozen=True)
class Loaded:
    """A project with the origin of each value, by dotted key."""

    project: Project
    provenance: Mapping[str, Origin]

    def origin(self, key: str) -> str:
        """Return where a value comes from: ``file:line``, ``--set`` or ``default``."""
        return str(self.provenance.get(key) or DEFAULT)

    def problem(self, code: str, key: str, what: str, hint: str = "") -> Problem:
        """Return a problem at a key, with the file and line of the closest key that is written."""
        return locate(Finding(code, key, what, hint), self.provenance)


def load_project(
    conf: Path,
    env: str = "local",
    sets: Sets = (),
    *,
    step_check: StepCheck | None = None,
) -> Loaded:
    """Load the project of a configuration directory.

    ``base.yml``, ``sources/*.yml`` and ``tables/<layer>/*.yml`` make the base; ``<env>.yml`` and then `sets` are
    merged over it.

    Parameters
    ----------
    conf : Path
        Directory of the specs.
    env : str
        Environment: the overlay to apply.
    sets : sequence of str or mapping
        ``key.path=value`` texts, or dotted keys with values.
    step_check : callable, optional
        Takes a step, returns what is wrong with it; without it only the shape of steps is checked.

    Returns
    -------
    Loaded

    Raises
    ------
    ConfigError
        With all problems, each with file, line, key path and next step.
    """
    problems: list[Problem] = []
    base = read_base(conf, problems)
    tree = _overlaid(base, conf, env, sets, problems)
    provenance = {dotted(path): origin for path, origin in tree.origins()}
    raw = tree.plain() | {"env": env if env in environments(conf) else "local"}
    data = typed(raw, wanted_texts(typed(raw, frozenset())))
    _report(problems, secret_findings(data), provenance)
    project = _checked(
        data, provenance, problems, _thing_names(base.plain()), step_check
    )
    if problems or project is None:
        raise ConfigError(
            sorted(problems, key=lambda p: (p.file, p.line, p.key, p.code))
        )
    return Loaded(project, provenance)


def _overlaid(
    tree: Node, conf: Path, env: str, sets: Sets, problems: list[Problem]
) -> Node:
    for overlay in (read_overlay(conf, env, problems), *set_overlays(sets, problems)):
        tree = merge(tree, keep_known(overlay, tree, problems))
    return tree


def _checked(
    data: dict[str, Any],
    provenance: Mapping[str, Origin],
    problems: list[Problem],
    known: frozenset[str],
    step_check: StepCheck | None,
) -> Project | None:
    project, findings = project_from(data)
    _report(problems, findings, provenance)
    if project is None:
        # The rules still judge what has the right shape, so that one run shows all mistakes.
        project, _ = project_from(_without(data, (finding.key for finding in findings)))
    if project is not None:
        _report(problems, rule_findings(project, known, step_check), provenance)
    return project


def _report(
    problems: list[Problem],
    findings: Iterable[Finding],
    provenance: Mapping[str, Origin],
) -> None:
    settled = [
        problem.key
        for problem in problems
        if problem.key and problem.code in _SETTLED_BY
    ]
    for finding in findings:
        if not any(
            finding.key == key or finding.key.startswith(f"{key}.") for key in settled
        ):
            problems.append(locate(finding, provenance))


def _thing_names(data: dict[str, Any]) -> frozenset[str]:
    rooms = {"sources": data["sources"], **data["tables"]}
    return frozenset(
        f"{room}.{name}" for room, things in rooms.items() for name in things
    )


def _without(data: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    rest = copy.deepcopy(data)
    for key in keys:
        path = key.split(".")
        depth = {"sources": 2, "tables": 3}.get(path[0], 1)
        # A broken check leaves the rest of its table to be judged.
        depth += path[depth : depth + 1] == ["checks"]
        _remove(rest, tuple(path[:depth]))
    return {"name": "unnamed"} | rest


def _remove(data: dict[str, Any], path: KeyPath) -> None:
    for part in path[:-1]:
        data = data.get(str(part)) or {}
    if isinstance(data, dict):
        data.pop(str(path[-1]), None)

"""Load a project and list all problems at once."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.compile_specs import compile_specs, with_tables
from lakesmith.spec.key_implies import prove_from_upstreams
from lakesmith.spec.kinds import all_kinds, spec_depth
from lakesmith.spec.model_errors import project_from, wanted_texts
from lakesmith.spec.rules.all_rules import rule_findings
from lakesmith.spec.yaml.check_sets import expand_checks
from lakesmith.spec.yaml.files import environments, read_base, read_overlay
from lakesmith.spec.yaml.overlays import Sets, keep_known, merge, set_overlays, typed
from lakesmith.spec.yaml.provenance import (
    DEFAULT,
    Finding,
    KeyPath,
    Origin,
    dotted,
    locate,
    nearest_origin,
)
from lakesmith.spec.yaml.secrets import secret_findings

if TYPE_CHECKING:
    from lakesmith.spec.model import Project
    from lakesmith.spec.rules.context import StepCheck
    from lakesmith.spec.yaml.nodes import Node

# A value with one of these codes cannot be checked further.
_UNREADABLE = frozenset({"LS101", "LS103", "LS105", "LS106", "LS108", "LS109", "LS116"})


@dataclass(frozen=True)
class Loaded:
    """A project with the origin of each value, by dotted key.

    The tables that a spec of another kind compiles to have the origin of that spec.
    """

    project: Project
    provenance: Mapping[str, Origin]

    def origin(self, key: str) -> str:
        """Return the origin of a value, as ``file:line``, ``--set`` or ``default``.

        Examples
        --------
        >>> from lakesmith.spec.model import Project
        >>> loaded = Loaded(Project(name="shop"), {"name": Origin("conf/base.yml", 1)})
        >>> loaded.origin("name"), loaded.origin("env")
        ('conf/base.yml:1', 'default')
        """
        return str(self.provenance.get(key) or DEFAULT)

    def problem(self, code: str, key: str, what: str, hint: str = "") -> Problem:
        """Return a problem at a key, with the file and line of the closest key that is written.

        Examples
        --------
        >>> from lakesmith.spec.model import Project
        >>> loaded = Loaded(Project(name="shop"), {"tables.silver": Origin("a.yml", 3)})
        >>> loaded.problem("LS131", "tables.silver.orders", "unknown column").where
        'a.yml:3 tables.silver.orders'
        """
        return locate(Finding(code, key, what, hint), self.provenance)


def load_project(
    conf: Path,
    env: str = "local",
    sets: Sets = (),
    *,
    step_check: StepCheck | None = None,
) -> Loaded:
    """Load the project of a configuration directory.

    The base is ``base.yml`` with the files of each kind, such as ``sources/*.yml`` and
    ``tables/<layer>/*.yml``. ``<env>.yml`` and then `sets` are merged over it.

    Parameters
    ----------
    conf : Path
        Directory of the specs.
    env : str
        Environment, whose overlay applies.
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
    tree = _expanded(_overlaid(base, conf, env, sets, problems), problems)
    known_env = env if env in environments(conf) else "local"
    data = _typed_data(tree.plain() | {"env": known_env})
    check = _ProjectCheck(
        problems=problems,
        provenance={dotted(path): origin for path, origin in tree.origins()},
        names=_spec_names(base.plain()),
        step_check=step_check,
    )
    check.report(secret_findings(data))
    project = check.project(data)
    if problems or project is None:
        raise ConfigError(sorted(problems, key=_place))
    prove_from_upstreams(project)
    return Loaded(project, check.provenance)


def _overlaid(
    tree: Node, conf: Path, env: str, sets: Sets, problems: list[Problem]
) -> Node:
    overlays = [
        read_overlay(conf, env, problems),
        *set_overlays(sets, problems),
    ]
    for overlay in overlays:
        known = keep_known(overlay, tree, problems)
        tree = merge(tree, known)
    return tree


def _expanded(tree: Node, problems: list[Problem]) -> Node:
    """Put the checks of sets into the tables that use them."""
    findings: list[tuple[Finding, Origin]] = []
    expanded = expand_checks(tree, findings)
    problems += [locate(found, {found.key: origin}) for found, origin in findings]
    return expanded


def _typed_data(raw: dict[str, Any]) -> dict[str, Any]:
    """Give text of the command line its YAML type where the models do not want text."""
    all_typed = typed(raw, frozenset())
    data: dict[str, Any] = typed(raw, wanted_texts(all_typed))
    return data


def _place(problem: Problem) -> tuple[str, int, str, str]:
    return problem.file, problem.line, problem.key, problem.code


@dataclass
class _ProjectCheck:
    """Check plain data as a project.

    Problems are added to a list, and compiled tables to the provenance.
    """

    problems: list[Problem]
    provenance: dict[str, Origin]
    names: frozenset[str]
    step_check: StepCheck | None = None
    broken_kinds: set[str] = field(default_factory=set)

    def project(self, data: dict[str, Any]) -> Project | None:
        project, findings = project_from(data)
        self.report(findings)
        if project is None:
            # The rules still judge what has the right shape, so that all mistakes show at once.
            keys = [finding.key for finding in findings]
            self.broken_kinds = {key.partition(".")[0] for key in keys}
            project, _ = project_from(_without(data, keys))
        if project is None:
            return None
        complete = self._with_compiled_tables(project)
        self._apply_rules(complete)
        return complete

    def report(self, findings: Iterable[Finding]) -> None:
        """Add each finding that is not within a value that could not be read."""
        unreadable = tuple(
            f"{problem.key}."
            for problem in self.problems
            if problem.key and problem.code in _UNREADABLE
        )
        for finding in findings:
            if not f"{finding.key}.".startswith(unreadable):
                problem = locate(finding, self.provenance)
                self.problems.append(problem)

    def _with_compiled_tables(self, project: Project) -> Project:
        compiled = compile_specs(project)
        for table, spec in compiled.origins.items():
            origin = nearest_origin(self.provenance, spec)
            self.provenance[table] = origin or Origin(DEFAULT)
        self.report(compiled.findings)
        if not compiled.origins:
            return project
        return with_tables(project, compiled.tables)

    def _apply_rules(self, project: Project) -> None:
        names = self.names.union(project.table_names())
        findings = rule_findings(project, names, self.step_check)
        compiling = {kind.name for kind in all_kinds() if kind.compile}
        if self.broken_kinds & compiling:
            # The tables of a spec that could not be compiled are not known.
            findings = (finding for finding in findings if finding.code != "LS120")
        self.report(findings)


def _spec_names(data: dict[str, Any]) -> frozenset[str]:
    """Return the names by which tables refer to sources and tables, of broken specs too."""
    names: set[str] = set()
    for kind in all_kinds():
        keys = kind.flatten(data[kind.name])
        names.update(map(kind.name_of, keys))
    return frozenset(names)


def _without(data: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    rest = copy.deepcopy(data)
    for key in keys:
        path = key.split(".")
        depth = spec_depth(path[0]) or 1
        # A broken check leaves the rest of its table to be judged.
        depth += path[depth : depth + 1] == ["checks"]
        _remove(rest, tuple(path[:depth]))
    return {"name": "unnamed"} | rest


def _remove(data: dict[str, Any], path: KeyPath) -> None:
    for part in path[:-1]:
        data = data.get(str(part)) or {}
    if isinstance(data, dict):
        data.pop(str(path[-1]), None)

"""Read checks that belong to no table of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.model.checks.base import GateColumns
from lakesmith.spec.model_errors import project_from
from lakesmith.spec.yaml.provenance import Finding, Origin, dotted, locate
from lakesmith.spec.yaml.reader import read_yaml

if TYPE_CHECKING:
    from lakesmith.spec.model.checks import Check
    from lakesmith.spec.yaml.nodes import Node

_PLACE = "tables.silver.checked.checks"


def read_check_list(
    file: Path, types: Mapping[str, str] | None = None
) -> tuple[Check, ...]:
    """Read the checks of a YAML file, which has a list under ``checks``.

    Parameters
    ----------
    file : Path
    types : mapping of str to str, optional
        The columns that are checked and their types.

    Returns
    -------
    tuple of Check

    Raises
    ------
    ConfigError
        With all problems, each with file and line.
    """
    problems: list[Problem] = []
    node = read_yaml(file, problems)
    listed = _listed(node) if node else None
    if listed is None:
        what = f"'{file}' holds no list of checks"
        hint = "write a list under the key checks"
        raise ConfigError(problems or [Problem("LS112", what, str(file), hint=hint)])
    places = {dotted((_PLACE, *path)): origin for path, origin in listed.origins()}
    return _made(listed.plain(), types or {}, problems, places)


def check_list(
    checks: Sequence[Mapping[str, Any]], types: Mapping[str, str] | None = None
) -> tuple[Check, ...]:
    """Return checks that are given as data.

    Parameters
    ----------
    checks : sequence of mapping
        Each with the keys of the spec, such as ``id``, ``check`` and ``column``.
    types : mapping of str to str, optional
        The columns that are checked and their types.

    Returns
    -------
    tuple of Check

    Raises
    ------
    ConfigError
        With all problems, each with its key.

    Examples
    --------
    >>> [check.id for check in check_list([{"id": "given", "check": "not_null", "column": "id"}])]
    ['given']
    """
    return _made([dict(one) for one in checks], types or {}, [], {})


def _listed(node: Node) -> Node | None:
    listed: Node = node.value.get("checks", node)
    return listed if isinstance(listed.value, list) else None


def _made(
    checks: list[Any],
    types: Mapping[str, str],
    problems: list[Problem],
    places: Mapping[str, Origin],
) -> tuple[Check, ...]:
    table = {"from": "bronze.checked", "checks": checks}
    data = {"name": "checked", "tables": {"silver": {"checked": table}}}
    project, findings = project_from(data)
    made = project.table("silver.checked").checks if project else ()
    findings += _findings(made, types)
    problems += [_located(found, places) for found in findings]
    if problems:
        raise ConfigError(problems)
    return made


def _findings(checks: Sequence[Check], types: Mapping[str, str]) -> list[Finding]:
    columns = GateColumns(dict(types), tuple(types))
    return [
        Finding(found.code, f"{_PLACE}.{index}.{found.key}", found.what, found.hint)
        for index, check in enumerate(checks)
        for found in (*check.findings(columns), *check.common_findings(columns))
    ]


def _located(finding: Finding, places: Mapping[str, Origin]) -> Problem:
    problem = locate(finding, places)
    key = problem.key.removeprefix(f"{_PLACE}.").rstrip(".")
    return Problem(
        problem.code, problem.what, problem.file, problem.line, key, problem.hint
    )

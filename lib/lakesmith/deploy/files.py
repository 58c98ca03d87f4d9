"""Write the files of a deployment, or compare them with the files on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from lakesmith.deploy.databricks import Tasks, bundle_file, job_file, out_of_reach
from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.load import Loaded, load_project
from lakesmith.spec.yaml.files import environments

if TYPE_CHECKING:
    from lakesmith.spec.model import Model, Project

MARK = "# Written by `lakesmith deploy-spec databricks`"
_HEAD = """{mark} from the specs in {conf}/: change those, and write it again.
# Settings of your own (notifications, permissions, another cluster) go into
# {conf}/databricks/own.yml, below targets.<target>.resources.jobs.{job}; this file is overwritten.
"""


def databricks_files(conf: Path, tasks: Tasks = "pipeline") -> dict[str, str]:
    """Return the files of a Databricks bundle as relative paths with their text.

    Parameters
    ----------
    conf : Path
        Directory with the specs. Each ``<conf>/<env>.yml`` that sets a catalog is a target.
    tasks : {"pipeline", "layers"}
        See `lakesmith.deploy.databricks.job_file`.

    Raises
    ------
    ConfigError
        With every problem of the specs. LS831 when no environment has a catalog, LS832 for relative
        source paths.
    """
    targets = _targets(conf)
    name = conf.resolve().name
    project = next(iter(targets.values()))
    head = _HEAD.format(mark=MARK, conf=name, job=project.name)
    bundle = bundle_file(
        name, targets, builds_wheel=(project_root(conf) / "setup.py").is_file()
    )
    job = job_file(name, project, tasks)
    return {
        "databricks.yml": head + _text(bundle),
        f"{name}/databricks/{project.name}.job.yml": head + _text(job),
    }


def project_root(conf: Path) -> Path:
    """Return the directory that holds the specs' directory."""
    if conf.name not in ("", ".."):
        return conf.parent
    return conf.resolve().parent


def _targets(conf: Path) -> dict[str, Project]:
    loaded = {env: load_project(conf, env) for env in environments(conf)}
    targets = {env: one.project for env, one in loaded.items() if one.project.catalog}
    if not targets:
        hint = (
            f"write {conf / 'dev.yml'} with `catalog: NAME`, "
            "and the paths of the sources as that catalog's volumes"
        )
        raise ConfigError(
            [
                Problem(
                    "LS831",
                    "no environment has a catalog",
                    str(conf),
                    key="catalog",
                    hint=hint,
                )
            ]
        )
    problems = [
        problem for env in targets for problem in _out_of_reach(env, loaded[env])
    ]
    if problems:
        raise ConfigError(problems)
    return targets


def _out_of_reach(env: str, loaded: Loaded) -> list[Problem]:
    hint = f"set it in {env}.yml, such as /Volumes/<catalog>/<schema>/<volume>"
    sources = loaded.project.sources
    paths = {
        f"sources.{name}.{setting}": path
        for name in out_of_reach(loaded.project)
        for setting, path in sources[name].paths.items()
    }
    return [
        loaded.problem(
            "LS832",
            key,
            f"environment '{env}' reads the relative path '{path}'",
            hint,
        )
        for key, path in paths.items()
    ]


def _text(model: Model) -> str:
    data = model.model_dump(mode="json", exclude_none=True)
    return yaml.dump(
        data, Dumper=_Indented, sort_keys=False, width=120, allow_unicode=True
    )


class _Indented(yaml.SafeDumper):
    """Lists stand indented below their key, as editors expect."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def write_files(root: Path, files: Mapping[str, str]) -> list[Path]:
    """Write generated files below a directory and remove generated jobs that are no longer made.

    Raises
    ------
    ConfigError
        LS834 when another file is there. Nothing is written then.
    """
    hint = "move it away, or write elsewhere with --output DIR"
    foreign = [root / name for name in files if _is_foreign(root / name)]
    if foreign:
        raise ConfigError(
            [
                Problem("LS834", "not a generated file", str(file), hint=hint)
                for file in foreign
            ]
        )
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for file in _left_over(root, files):
        file.unlink()
    return [root / name for name in files]


def check_files(root: Path, files: Mapping[str, str]) -> list[Path]:
    """Require that the files below a directory are those that the specs give.

    Raises
    ------
    ConfigError
        LS833 for each file that is missing, differs, or is left over.
    """
    wrong = {
        root / name: _difference(root / name, text) for name, text in files.items()
    }
    wrong |= {file: "is left over from other specs" for file in _left_over(root, files)}
    run = "run `lakesmith deploy-spec databricks`"
    hint = f"{run}; your settings belong in databricks/own.yml beside the specs"
    problems = [
        Problem("LS833", f"'{file}' {what}", str(file), hint=hint)
        for file, what in wrong.items()
        if what
    ]
    if problems:
        raise ConfigError(problems)
    return [root / name for name in files]


def _difference(file: Path, text: str) -> str:
    if not file.is_file():
        return "is missing"
    if file.read_text(encoding="utf-8") == text:
        return ""
    return "is not what the specs give"


def _left_over(root: Path, files: Mapping[str, str]) -> list[Path]:
    (folder,) = {(root / name).parent for name in files if name.endswith(".job.yml")}
    found = sorted(folder.glob("*.job.yml"))
    return [
        file
        for file in found
        if str(file.relative_to(root)) not in files and not _is_foreign(file)
    ]


def _is_foreign(file: Path) -> bool:
    return file.exists() and not (
        file.is_file() and file.read_text(encoding="utf-8").startswith(MARK)
    )

"""Define the command ``deploy-spec``."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from lakesmith.cli import text
from lakesmith.cli.answer import answering
from lakesmith.cli.options import CONF, LOCAL, TEXT, Conf, Env, Form, Sets


class Platform(str, Enum):
    """Where a job can be deployed to."""

    databricks = "databricks"


class Tasks(str, Enum):
    """What is one task of the job."""

    pipeline = "pipeline"
    layers = "layers"


def deploy_spec(
    platform: Annotated[
        Platform, typer.Argument(metavar="PLATFORM", help="databricks")
    ],
    *,
    sets: Sets,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Where to write; beside the specs' directory if left out.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where a file differs.")
    ] = False,
    tasks: Annotated[
        Tasks, typer.Option("--tasks", help="One task for all tables, or one a layer.")
    ] = Tasks.pipeline,
    conf: Conf = CONF,
    env: Env = LOCAL,
    form: Form = TEXT,
) -> None:
    """Write databricks.yml and conf/databricks/NAME.job.yml from the specs."""
    from lakesmith.deploy.files import (
        check_files,
        databricks_files,
        project_root,
        write_files,
    )

    if sets:
        raise typer.BadParameter(
            "what is deployed is what the files say; put it into conf/<env>.yml",
            param_hint="--set",
        )
    with answering(form) as answer:
        files = databricks_files(conf, tasks.value)
        root = output or project_root(conf)
        done = (check_files if check else write_files)(root, files)
        builds_wheel = (project_root(conf) / "setup.py").is_file()
        made = {
            "checked" if check else "written": [str(file) for file in done],
            "builds_wheel": builds_wheel,
        }
        answer(made, text.deploy_text)

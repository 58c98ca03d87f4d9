"""Verbs of the command line, run in this process."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner, Result

from lakesmith.cli.app import app


def invoke(*arguments: str) -> Result:
    """Run a verb in this process and return exit code, stdout and stderr."""
    return CliRunner().invoke(app, list(arguments))


def data(*arguments: str) -> Any:
    """Run a verb with ``--format json`` and return its answer."""
    result = invoke(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)

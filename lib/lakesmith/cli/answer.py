"""Print the answer of a command on stdout and everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TypeVar

import typer

from lakesmith.cli.json_output import error_data, exit_code, plain
from lakesmith.cli.text import maintain_text, result_text
from lakesmith.errors import LakesmithError, MaintenanceFailed, RunError

T = TypeVar("T")


class Format(str, Enum):
    """How a verb answers."""

    text = "text"
    json = "json"


class Answer:
    """Says the answer of a verb, once."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._lines = list[str]()

    def __call__(self, data: T, as_text: Callable[[T], str]) -> None:
        """Give the answer as data, with the function that makes text of it."""
        self._lines.append(
            json.dumps(plain(data), ensure_ascii=False)
            if self._form is Format.json
            else as_text(data)
        )

    def error(self, error: LakesmithError) -> None:
        """Print an error on stderr, and on stdout the result of a run that failed."""
        print(error, file=sys.stderr)
        result = error.result if isinstance(error, RunError) else None
        if self._form is Format.json:
            self((plain(result) or {}) | {"error": error_data(error)}, str)
        elif result:
            self(
                result,
                maintain_text if isinstance(error, MaintenanceFailed) else result_text,
            )

    def say(self) -> None:
        """Print what was answered."""
        for line in self._lines:
            print(line, flush=True)


@contextmanager
def answering(form: Format) -> Iterator[Answer]:
    """Collect the answer of a verb and print it at its end.

    Parameters
    ----------
    form : Format
        With ``json``, other output to stdout (of the JVM, of a user's step) goes to stderr.

    Raises
    ------
    typer.Exit
        With the exit code of a `LakesmithError`; other exceptions pass as they are.
    """
    answer = Answer(form)
    try:
        with _stdout_free(form is Format.json):
            yield answer
    except LakesmithError as error:
        answer.error(error)
        raise typer.Exit(exit_code(error)) from error
    finally:
        answer.say()


@contextmanager
def _stdout_free(wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)

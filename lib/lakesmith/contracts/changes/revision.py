"""Find the specs as they were, in another directory or a git revision."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from lakesmith.errors import ConfigError, Problem

# A git hook sets these for the repository that it runs in, relative to its directory.
_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
_HINT = "name a branch, tag or commit of git, or a directory with specs"


@contextmanager
def old_specs(conf: Path, reference: str) -> Iterator[Path]:
    """Provide the directory of the specs as they were.

    Parameters
    ----------
    conf : Path
        Directory of the specs as they are.
    reference : str
        A directory with specs, else a git revision.

    Raises
    ------
    ConfigError
        LS178 when there is neither, or git is missing.
    """
    directory = Path(reference)
    if (directory / "base.yml").is_file():
        yield directory
        return
    with TemporaryDirectory(prefix="lakesmith-") as temporary:
        copy = Path(temporary)
        _check_out(conf, reference, copy)
        yield copy


def _check_out(conf: Path, reference: str, copy: Path) -> None:
    name = f"{reference}^{{commit}}"
    what = f"'{reference}' is neither a directory with specs nor a git revision"
    commit = _git(
        conf, what, "rev-parse", "--verify", "--quiet", "--end-of-options", name
    )
    sha = commit.decode().strip()
    unlisted = f"the files of '{reference}' cannot be listed"
    listed = _git(
        conf,
        unlisted,
        "ls-tree",
        "-r",
        "-z",
        "--name-only",
        sha,
    )
    names = listed.decode().split("\0")
    files = [name for name in names if name.endswith(".yml")]
    if not files:
        raise _unknown(f"'{reference}' has no specs in '{conf}'")
    for file in files:
        unread = f"'{file}' of '{reference}' cannot be read"
        text = _git(
            conf,
            unread,
            "show",
            f"{sha}:./{file}",
        )
        target = copy / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)


def _git(conf: Path, what: str, *arguments: str) -> bytes:
    """Return what git prints, or raise what went wrong with what git says of it."""
    env = {key: value for key, value in os.environ.items() if key not in _OF_HOOKS}
    command = [
        "git",
        "-C",
        str(conf),
        *arguments,
    ]
    try:
        done = subprocess.run(  # noqa: S603 a fixed program
            command,
            capture_output=True,
            env=env,
            check=False,
        )
    except OSError as error:
        raise _unknown(f"git cannot be run: {error.strerror}") from error
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise _unknown(f"{what} ({said})" if said else what)
    return done.stdout


def _unknown(what: str) -> ConfigError:
    return ConfigError([Problem("LS178", what, hint=_HINT)])

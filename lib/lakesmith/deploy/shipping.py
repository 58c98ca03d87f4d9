"""Pack the code, the packages and the specs that a cluster needs.

``python -m lakesmith.deploy.shipping --root DIR`` makes what ``DIR/dist`` lacks.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import Distribution, distribution, version
from io import BytesIO
from pathlib import Path, PurePath

from packaging.requirements import Requirement

from lakesmith.errors import EnvironmentProblem

VERSION = version("lakesmith")
OF_THE_CLUSTER = frozenset(
    {"pyspark"}
)  # a cluster's own Spark brings it, and py4j with it
EXTRA = (
    "spark"  # the wheel leaves Delta's Python package to the cluster, and few have it
)
LEFT_OUT = frozenset({"__pycache__", "tests", "include"})
LIST = "packages.txt"
SOURCES = ("lib", "jobs", "conf", "setup.py", "pyproject.toml")
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
LAUNCHER = f"""\
#!/bin/sh
# The Python of this machine, with the packages beside this file.
here="$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)"
if ! command -v {PYTHON} >/dev/null; then
    echo "$0: {PYTHON} is needed on this machine and is not on PATH" >&2
    exit 127
fi
export PYTHONPATH="${{PYTHONPATH:+$PYTHONPATH:}}$here/site-packages"
exec {PYTHON} "$@"
"""


def ship_code(root: Path, dist: Path) -> Path:
    """Build the wheel of a checkout as a zip, from which executors can import.

    Parameters
    ----------
    root : Path
        Directory of ``setup.py``.
    dist : Path
        Gets the zip.

    Returns
    -------
    Path
        The zip; built only when it is missing or older than a source file.

    Raises
    ------
    EnvironmentProblem
        LS802 when the wheel cannot be built.
    """
    made = dist / f"lakesmith-{VERSION}.zip"
    if made.exists() and made.stat().st_mtime > max(_times(root)):
        return made
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            sys.executable,
            "setup.py",
            "-q",
            "egg_info",
            "-e",
            scratch,
            "build",
            "-b",
            f"{scratch}/build",
        ]
        done = subprocess.run(  # noqa: S603
            [*command, "bdist_wheel", "-d", scratch],
            cwd=root,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            hint = "fix what it says; `make install` brings the tools that build it"
            raise EnvironmentProblem(
                f"the wheel cannot be built:\n{done.stderr[-2000:]}",
                code="LS802",
                hint=hint,
            )
        (wheel,) = Path(scratch).glob("*.whl")
        shutil.move(wheel, made)
    return made


def ship_packages(dist: Path) -> Path:
    """Pack the installed packages that Lakesmith needs, with a launcher of Python.

    Parameters
    ----------
    dist : Path
        Gets the archive.

    Returns
    -------
    Path
        The archive, in which ``bin/python`` runs the machine's Python with ``site-packages``. It is
        made only when missing or when other versions are installed. It has native code, so the
        workers need the same platform and the same
        minor version of Python, and no package at all.
    """
    made = dist / f"lakesmith-env-{VERSION}.tar.gz"
    packages = sorted(needed("lakesmith"), key=lambda package: package.name.lower())
    names = "".join(f"{package.name}=={package.version}\n" for package in packages)
    if made.exists() and _first_text(made) == f"{PYTHON}\n{names}":
        return made
    unfinished = made.with_suffix(".part")
    with tarfile.open(unfinished, "w:gz", compresslevel=1) as archive:
        _add(archive, LIST, f"{PYTHON}\n{names}")
        _add(archive, "bin/python", LAUNCHER, mode=0o755)
        for package in packages:
            for file in _files(package):
                archive.add(
                    str(package.locate_file(file)),
                    f"site-packages/{file}",
                    recursive=False,
                )
    return unfinished.replace(made)


def ship_specs(conf: Path, dist: Path) -> Path:
    """Zip a directory of specs, which a driver inside the cluster unpacks as ``conf``."""
    return Path(
        shutil.make_archive(str(dist / f"lakesmith-conf-{VERSION}"), "zip", conf)
    )


def needed(name: str) -> Iterator[Distribution]:
    """Yield the installed packages that a package needs to run, without those of a cluster.

    Examples
    --------
    >>> names = {package.name.lower() for package in needed("lakesmith")}
    >>> plain = {name.replace("_", "-") for name in names}
    >>> {"delta-spark", "pydantic", "pydantic-core", "pyyaml"} <= plain
    True
    >>> names & {"lakesmith", "pyspark", "pytest"}
    set()
    """
    seen = {name, *OF_THE_CLUSTER}
    waiting = [name]
    while waiting:
        for requirement in map(Requirement, distribution(waiting.pop()).requires or ()):
            wanted = requirement.marker is None or any(
                requirement.marker.evaluate({"extra": x}) for x in ("", EXTRA)
            )
            if wanted and requirement.name not in seen:
                seen.add(requirement.name)
                waiting.append(requirement.name)
                yield distribution(requirement.name)


def _files(package: Distribution) -> Iterable[PurePath]:
    """Return the files of a package below site-packages, without its commands."""
    return [
        file
        for file in package.files or ()
        if not LEFT_OUT.intersection(file.parts) and file.parts[0] != ".."
    ]


def _times(root: Path) -> Iterator[float]:
    for source in SOURCES:
        for file in [root / source, *(root / source).rglob("*")]:
            if file.name != "__pycache__" and file.suffix != ".pyc":
                yield file.stat().st_mtime


def _first_text(archive: Path) -> str:
    with tarfile.open(archive) as opened:
        first = opened.next()
        content = opened.extractfile(first) if first else None
        return content.read().decode() if content else ""


def _add(archive: tarfile.TarFile, name: str, text: str, mode: int = 0o644) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(text.encode())
    member.mode = mode
    archive.addfile(member, BytesIO(text.encode()))


def main(argv: Sequence[str] | None = None) -> None:
    """Print the files that were made for code, packages and specs."""
    parser = argparse.ArgumentParser(
        prog="python -m lakesmith.deploy.shipping", description=__doc__
    )
    parser.add_argument("--root", type=Path, required=True, help="the checkout")
    parser.add_argument(
        "--conf", type=Path, help="specs to ship (default: conf of the checkout)"
    )
    asked = parser.parse_args(argv)
    dist = asked.root / "dist"
    dist.mkdir(exist_ok=True)
    for made in (
        ship_code(asked.root, dist),
        ship_packages(dist),
        ship_specs(asked.conf or asked.root / "conf", dist),
    ):
        print(made)


if __name__ == "__main__":
    main()

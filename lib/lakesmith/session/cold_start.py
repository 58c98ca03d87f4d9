"""Start local sessions faster.

JARs come by the class path once Ivy has resolved them, classes from a JVM archive. Nothing here
changes what a session does. What is missing is left out, and Java ignores
an archive that does not fit.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

LOCAL = re.compile(r"local(\[.*\])?")
PACKAGES = "spark.jars.packages"
OPTIONS = "spark.driver.extraJavaOptions"
RESOLUTION = (
    PACKAGES,
    "spark.jars.excludes",
    "spark.jars.repositories",
    "spark.jars.ivySettings",
)
CLASS_PATH = (
    "SPARK_DIST_CLASSPATH"  # Spark puts it last: its classes win, as against Ivy's
)
SILENT = "-Xlog:disable -Xlog:all=error:stderr"  # stdout is for the answer
KEPT_ARCHIVES = 3
CLAIM_SECONDS = 600


def quicken(properties: Mapping[str, str]) -> dict[str, str]:
    """Return settings with which a local session starts faster.

    Parameters
    ----------
    properties : mapping
        Settings of a new session.

    Returns
    -------
    dict
        Without ``spark.jars.packages`` when its JARs are known. These are then in the environment
        variable ``SPARK_DIST_CLASSPATH``. A JVM option uses the archive of classes, or writes it at
        the first use.

    Examples
    --------
    >>> quicken({"spark.master": "spark://10.0.0.1:7077", "spark.jars.packages": "a:b:1"})
    {'spark.master': 'spark://10.0.0.1:7077', 'spark.jars.packages': 'a:b:1'}
    """
    jars = _known_jars(properties)
    if not LOCAL.fullmatch(properties.get("spark.master", "")) or not jars:
        return dict(properties)
    before = os.environ.get(CLASS_PATH, "").split(os.pathsep)
    places = dict.fromkeys([*filter(None, before), *jars])
    os.environ[CLASS_PATH] = os.pathsep.join(places)
    options = [*_archive_options(), properties.get(OPTIONS, "")]
    quick = {key: value for key, value in properties.items() if key != PACKAGES}
    quick[OPTIONS] = " ".join(filter(None, options))
    return quick


def remember(settings: Mapping[str, str]) -> None:
    """Note the JARs that Ivy resolved for a session.

    Parameters
    ----------
    settings : mapping
        All settings of the running session.
    """
    jars = [
        re.sub("^file:/*", "/", jar)
        for jar in settings.get("spark.jars", "").split(",")
    ]
    resolved = [jar for jar in jars if _is_of_ivy(Path(jar), settings)]
    note = _note(settings)
    if (
        settings.get(PACKAGES)
        and resolved
        and not _known_jars(settings)
        and _can_write(note.parent)
    ):
        part = note.with_suffix(f".{os.getpid()}")
        part.write_text("\n".join(resolved), encoding="utf-8")
        part.replace(note)


def cache() -> Path:
    """Return the directory of notes and archives, which may be deleted at any time."""
    return (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lakesmith"
    )


def _known_jars(properties: Mapping[str, str]) -> list[str]:
    note = _note(properties)
    jars = (
        note.read_text(encoding="utf-8").split("\n")
        if properties.get(PACKAGES) and note.exists()
        else []
    )
    if all(Path(jar).exists() for jar in jars):
        return jars
    return []


def _note(properties: Mapping[str, str]) -> Path:
    asked = [properties.get(key, "") for key in RESOLUTION]
    return cache() / f"{_digest(*asked)}.jars"


def _is_of_ivy(jar: Path, settings: Mapping[str, str]) -> bool:
    home = settings.get("spark.jars.ivy")
    place = jar.parent.parent
    return jar.parent.name == "jars" and (
        place == Path(home) if home else place.name.startswith(".ivy2")
    )


def _archive_options() -> list[str]:
    """Return the JVM options for the archive of this Java, this Spark and these JARs."""
    java = _java()
    conf = _conf()
    if not java or (
        conf.exists() and any(conf.iterdir())
    ):  # Java archives nothing with a directory on the class path
        return []
    release = java.parents[1] / "release"
    identity = (
        release.read_text(encoding="utf-8") if release.exists() else str(java.stat())
    )
    archive = (
        cache()
        / f"{_digest(str(java), identity, os.environ[CLASS_PATH], *_spark_jars())}.jsa"
    )
    if archive.exists():
        os.utime(archive)
        return [SILENT, f"-XX:SharedArchiveFile={archive}"]
    if not _claimed(archive):
        return []
    return [SILENT, f"-XX:ArchiveClassesAtExit={archive}"]


def _claimed(archive: Path) -> bool:
    """Return True where this process is the one that writes the archive."""
    claim = archive.with_suffix(".claim")
    if not _can_write(claim.parent) or (
        claim.exists() and time.time() - claim.stat().st_mtime < CLAIM_SECONDS
    ):
        return False
    claim.touch()
    for old in sorted(
        claim.parent.glob("*.jsa"), key=lambda file: file.stat().st_mtime
    )[: 1 - KEPT_ARCHIVES]:
        old.unlink()
    return True


def _can_write(directory: Path) -> bool:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only or missing home only makes the start slower
        return False
    return os.access(directory, os.W_OK)


def _java() -> Path | None:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin" if home else None)
    return Path(found).resolve() if found else None


def _spark() -> Path:
    found = find_spec("pyspark")
    return Path(
        os.environ.get("SPARK_HOME") or os.path.dirname(str(found and found.origin))
    )


def _conf() -> Path:
    return Path(os.environ.get("SPARK_CONF_DIR") or _spark() / "conf")


def _spark_jars() -> list[str]:
    jars = _spark() / "jars"
    if not jars.exists():
        return []
    return [str(jars), *sorted(os.listdir(jars))]


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:16]

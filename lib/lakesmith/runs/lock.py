"""Lock a warehouse on a local disk for one run while its JVM lives."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, ClassVar

from pyspark.sql import SparkSession

from lakesmith.errors import RunLocked, SparkGone, WriteError
from lakesmith.paths import local_path
from lakesmith.session.failures import cause_of, telling_gone
from lakesmith.session.runtime_kind import is_connect

if TYPE_CHECKING:
    from lakesmith.spec.model import Project

POLL_SECONDS = 0.2


@contextmanager
def run_lock(
    spark: SparkSession | None, warehouse: str, wait_seconds: float
) -> Iterator[None]:
    """Hold the warehouse's run lock.

    Parameters
    ----------
    spark : SparkSession, optional
        Its JVM takes the lock, so that it is held as long as anything can still write. Without one,
        and over Spark Connect, this process takes it: when it dies a server may still end the
        command that it was about, and a run started meanwhile finds that batch by its identity.
    warehouse : str
        On another file system than the local one there is no lock: Delta's commits are atomic
        there.
    wait_seconds : float
        How long to wait for another run.

    Raises
    ------
    RunLocked
        LS601 when another run still holds the lock.
    WriteError
        LS212 when the warehouse cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as warehouse, run_lock(None, warehouse, 0):
    ...     [file.name for file in Path(warehouse).iterdir()]
    ['.lakesmith.lock']
    """
    root = local_path(warehouse)
    if root is None:
        yield
        return
    file = _writable(root)
    channel = (
        _JvmFile(spark, file) if spark and not is_connect(spark) else _LocalFile(file)
    )
    try:
        _acquire(channel, file, wait_seconds)
        yield
    finally:
        channel.close()


def _writable(root: Path) -> Path:
    """Return the lock file, made where it is not there."""
    file = root.resolve() / ".lakesmith.lock"
    try:
        root.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        raise WriteError(
            f"the warehouse cannot be written: {error.strerror}",
            code="LS212",
            where=str(root),
            hint="give it space and write permission; what is published can be read all the same",
        ) from error
    return file


@contextmanager
def project_lock(spark: SparkSession, project: Project) -> Iterator[None]:
    """Hold the run lock of a project on paths.

    A catalog's tables may lie anywhere, and others who write them ask for no lock of ours: there
    commits decide.
    """
    lock = (
        nullcontext()
        if project.catalog
        else run_lock(spark, project.warehouse, project.lock_wait_seconds)
    )
    with telling_gone(spark), lock:
        yield


def _acquire(channel: _JvmFile | _LocalFile, file: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while not channel.try_lock():
        if time.monotonic() >= deadline:
            raise RunLocked(
                f"another run holds the warehouse (waited {wait_seconds:g} s)",
                where=file.parent.name,
                hint=(
                    "wait for it to end, or raise `lock_wait_seconds`; the lock goes "
                    "away with its process"
                ),
            )
        time.sleep(POLL_SECONDS)


class _JvmFile:
    """A lock file that the JVM holds."""

    def __init__(self, spark: SparkSession, file: Path) -> None:
        self._spark = spark
        jvm: Any = spark._jvm
        opened = jvm.java.io.RandomAccessFile(str(file), "rw")
        self._channel: Any = opened.getChannel()

    def try_lock(self) -> bool:
        """Try once, since a lock held elsewhere in the same JVM raises."""
        try:
            return self._channel.tryLock() is not None
        except Exception as error:
            if "OverlappingFileLockException" in str(error):
                return False
            raise

    def close(self) -> None:
        """Give the lock back."""
        try:
            self._channel.close()
        except Exception as error:
            # A dead JVM holds no lock.
            if not isinstance(cause_of(error, self._spark), SparkGone):
                raise


class _LocalFile:
    """Hold the same lock file in this process."""

    held: ClassVar[set[Path]] = set()
    guard: ClassVar[Lock] = Lock()

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stream: IO[str] | None = None

    def try_lock(self) -> bool:
        """Try once.

        Examples
        --------
        >>> from tempfile import NamedTemporaryFile
        >>> with NamedTemporaryFile() as file:
        ...     one = _LocalFile(Path(file.name))
        ...     two = _LocalFile(Path(file.name))
        ...     print(one.try_lock(), two.try_lock())
        ...     one.close()
        True False
        """
        with self.guard:
            # The system gives a lock back when the process closes the file anywhere: one that is
            # held stays untouched.
            if self._file in self.held:
                return False
            stream = self._file.open("a+")
            try:
                fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:  # another process holds it
                stream.close()
                return False
            self._stream = stream
            self.held.add(self._file)
            return True

    def close(self) -> None:
        """Give the lock back.

        Examples
        --------
        >>> _LocalFile(Path("/no/such/file")).close()  # was never held
        """
        with self.guard:
            if self._stream is not None:
                self._stream.close()
                self.held.discard(self._file)

"""Every exception of Lakesmith: one base class, a stable code, and what to do next.

``lakesmith explain CODE`` prints the long form that `lakesmith.codes` holds for each code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class LakesmithError(Exception):
    """Base class: what was found, where, and what to do next.

    Parameters
    ----------
    what : str
        What was found, in one sentence, with the offending name or value.
    code : str, optional
        Stable code, ``LS`` and three digits; the class default when left out.
    where : str, optional
        File and line with key path, or table and column.
    hint : str, optional
        What was expected and what to do next.

    Examples
    --------
    >>> print(LakesmithError("no such directory 'in'", where="sources.orders.path", hint="create it"))
    LS000 no such directory 'in'
      where: sources.orders.path
      next:  create it
    """

    default_code = "LS000"

    def __init__(
        self, what: str, *, code: str | None = None, where: str = "", hint: str = ""
    ) -> None:
        self.code = code or self.default_code
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(render(self.code, what, where, hint))


def render(code: str, what: str, where: str = "", hint: str = "") -> str:
    """Lay one error out as text: code and finding, then place, then next step."""
    lines = [f"{code} {what}"]
    lines += [f"  where: {where}"] if where else []
    lines += [f"  next:  {hint}"] if hint else []
    return "\n".join(lines)


@dataclass(frozen=True)
class Problem:
    """One finding in the specs: code, what, file and line, key path, next step."""

    code: str
    what: str
    file: str = ""
    line: int = 0
    key: str = ""
    hint: str = ""

    @property
    def where(self) -> str:
        """``file:line key.path``, as far as known."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join(part for part in (place, self.key) if part)


class ConfigError(LakesmithError):
    """All problems of the specs at once (codes LS1xx)."""

    default_code = "LS100"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        noun = "problem" if len(self.problems) == 1 else "problems"
        super().__init__(f"{len(self.problems)} {noun} in the specs")
        texts = [render(p.code, p.what, p.where, p.hint) for p in self.problems]
        self.args = ("\n".join([str(self), *texts]),)


class InputError(LakesmithError):
    """An input cannot be read: directory, file, header, changed file (codes LS2xx)."""

    default_code = "LS200"


class StepError(LakesmithError):
    """A step of a table failed or gave a frame that breaks the contract (codes LS3xx)."""

    default_code = "LS300"


class RunError(LakesmithError):
    """A run that did not publish everything; `result` is the `RunResult` with what each table came to."""

    def __init__(
        self,
        what: str,
        *,
        result: Any = None,
        code: str | None = None,
        where: str = "",
        hint: str = "",
    ) -> None:
        self.result = result
        super().__init__(what, code=code, where=where, hint=hint)


class GateRefused(RunError):
    """The quality gate refused publication (codes LS4xx); exit code 3."""

    default_code = "LS400"


class WriteError(LakesmithError):
    """A table could not be written, or the outcome of a write is unknown (codes LS5xx)."""

    default_code = "LS500"


class LedgerError(LakesmithError):
    """The ledger is missing, contradicts the tables, or is newer than this library (codes LS6xx)."""

    default_code = "LS600"


class TableDamaged(LakesmithError):
    """The files of a table are damaged: its log, a checkpoint, data (codes LS62x)."""

    default_code = "LS620"


class RunLocked(LakesmithError):
    """Another run holds the warehouse (code LS601)."""

    default_code = "LS601"


class RunFailed(RunError):
    """At least one table of the run failed (code LS700); exit code 1."""

    default_code = "LS700"


class MaintenanceFailed(RunError):
    """The maintenance of at least one table failed (code LS641); `result` says what was done."""

    default_code = "LS641"


class EnvironmentProblem(LakesmithError):
    """Java, Spark, or a library is missing or does not fit (codes LS8xx)."""

    default_code = "LS800"


class SparkGone(EnvironmentProblem):
    """Spark ended or broke under a run (code LS804): nothing that was asked of it is to blame."""

    default_code = "LS804"

"""Define every exception of Lakesmith.

Each has a stable code, for which ``lakesmith explain CODE`` prints the entry of `lakesmith.codes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class LakesmithError(Exception):
    """Report what was found, where, and what to do next.

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
    >>> print(LakesmithError("no directory 'in'", where="sources.orders", hint="create it"))
    LS000 no directory 'in'
      where: sources.orders
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
    r"""Return an error as text, with the place and the next step on lines of their own.

    Examples
    --------
    >>> render("LS120", "no table 'x'", hint="did you mean 'y'?")
    "LS120 no table 'x'\n  next:  did you mean 'y'?"
    """
    lines = [f"{code} {what}"]
    if where:
        lines.append(f"  where: {where}")
    if hint:
        lines.append(f"  next:  {hint}")
    return "\n".join(lines)


@dataclass(frozen=True)
class Problem:
    """Describe one mistake in the specs, with its place and the next step."""

    code: str
    what: str
    file: str = ""
    line: int = 0
    key: str = ""
    hint: str = ""

    @property
    def where(self) -> str:
        """Return ``file:line key.path``, as far as known.

        Examples
        --------
        >>> Problem("LS110", "unknown key", "conf/base.yml", 3, "nam").where
        'conf/base.yml:3 nam'
        """
        place = f"{self.file}:{self.line}" if self.line else self.file
        return " ".join(part for part in (place, self.key) if part)


class ConfigError(LakesmithError):
    """Report all problems of the specs at once (codes LS1xx)."""

    default_code = "LS100"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(f"{count} {noun} in the specs")
        lines = [str(self)]
        for problem in self.problems:
            text = render(problem.code, problem.what, problem.where, problem.hint)
            lines.append(text)
        self.args = ("\n".join(lines),)


class InputError(LakesmithError):
    """Report an input that cannot be read (codes LS2xx)."""

    default_code = "LS200"


class StepError(LakesmithError):
    """Report a step that failed, or whose rows do not match the contract (codes LS3xx)."""

    default_code = "LS300"


class RunError(LakesmithError):
    """Report a run that did not publish everything.

    `result` is the `RunResult` with the outcome of each table.
    """

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
    """Report that the quality gate refused publication (codes LS4xx), with exit code 3."""

    default_code = "LS400"


class WriteError(LakesmithError):
    """Report a write that failed, or whose outcome is unknown (codes LS5xx)."""

    default_code = "LS500"


class LedgerError(LakesmithError):
    """Report a ledger that is missing, newer, or contradicts the tables (codes LS6xx)."""

    default_code = "LS600"


class TableDamaged(LakesmithError):
    """Report damaged files of a table (codes LS62x)."""

    default_code = "LS620"


class RunLocked(LakesmithError):
    """Report that another run has locked the warehouse (code LS601)."""

    default_code = "LS601"


class RunFailed(RunError):
    """Report that at least one table of the run failed (code LS700), with exit code 1."""

    default_code = "LS700"


class MaintenanceFailed(RunError):
    """Report that maintenance of at least one table failed (code LS641).

    `result` has what was done.
    """

    default_code = "LS641"


class EnvironmentProblem(LakesmithError):
    """Report that Java, Spark or a library is missing or unsuitable (codes LS8xx)."""

    default_code = "LS800"


class SparkGone(EnvironmentProblem):
    """Report that Spark stopped during a run (code LS804), whatever it was asked to do."""

    default_code = "LS804"

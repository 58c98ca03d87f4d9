"""Explain the error codes, as ``lakesmith explain CODE`` prints them."""

from __future__ import annotations

from dataclasses import dataclass

from lakesmith.codes.doctor import DOCTOR_CODES
from lakesmith.codes.environment import ENVIRONMENT_CODES
from lakesmith.codes.evolution import EVOLUTION_CODES
from lakesmith.codes.inputs import INPUT_CODES
from lakesmith.codes.large_joins import LARGE_JOIN_CODES
from lakesmith.codes.maintain import MAINTAIN_CODES
from lakesmith.codes.replay import REPLAY_CODES
from lakesmith.codes.responses import RESPONSE_CODES
from lakesmith.codes.runs import RUN_CODES
from lakesmith.codes.sources import SOURCE_CODES
from lakesmith.codes.specs import SPEC_CODES
from lakesmith.codes.timed_joins import TIMED_JOIN_CODES
from lakesmith.errors import LakesmithError
from lakesmith.spec.yaml.provenance import suggest


@dataclass(frozen=True)
class Explanation:
    """Explain one code, with a title, its meaning and what to do."""

    code: str
    title: str
    meaning: str
    action: str


_RUNS = INPUT_CODES | RUN_CODES | EVOLUTION_CODES | MAINTAIN_CODES | REPLAY_CODES
_TEXTS = _RUNS | DOCTOR_CODES | ENVIRONMENT_CODES | SPEC_CODES | SOURCE_CODES
_TEXTS |= RESPONSE_CODES | TIMED_JOIN_CODES | LARGE_JOIN_CODES

CATALOGUE: dict[str, Explanation] = {
    code: Explanation(code, *texts) for code, texts in sorted(_TEXTS.items())
}


def explain(code: str) -> Explanation:
    """Return the explanation of a code.

    Parameters
    ----------
    code : str
        ``LS`` and three digits, in any case.

    Returns
    -------
    Explanation

    Raises
    ------
    LakesmithError
        When there is no such code (LS001).

    Examples
    --------
    >>> explain("ls108").title
    'ambiguous value without quotes'
    """
    entry = CATALOGUE.get(code.strip().upper())
    if entry is None:
        hint = suggest(code.upper(), CATALOGUE, "codes")
        raise LakesmithError(f"no code '{code}'", code="LS001", hint=hint)
    return entry

"""Declare the check `python`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.checks.base import Cost, GateColumns
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.yaml.provenance import Finding

_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


@declare
class Python(Measured):
    """The number that a function of yours measures is within the bounds."""

    check: Literal["python"]
    function: str = Field(
        description="`module:function`, DataFrame -> DataFrame of one number in one row."
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="Arguments of the function by name."
    )

    kinds: ClassVar[tuple[str, ...]] = ()
    cost: ClassVar[Cost] = "shuffle"

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find a name that is no function of a module."""
        yield from super().findings(columns)
        if not _FUNCTION.fullmatch(self.function):
            what = f"'{self.function}' names no function"
            yield Finding("LS141", "function", what, "write module:function")

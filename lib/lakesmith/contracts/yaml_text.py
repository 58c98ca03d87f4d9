"""Write plain data as YAML that every reader reads alike."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import yaml

from lakesmith.spec.yaml.scalars import plain_value, twist

_WIDTH = 88


class _Dumper(yaml.SafeDumper):
    """Quote text that some reader of YAML takes for another value."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write each value in full."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    has_twist = bool(twist(text))
    is_ambiguous = has_twist or plain_value(text) != text
    style = "'" if is_ambiguous else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _float(dumper: _Dumper, number: float) -> yaml.ScalarNode:
    if not math.isfinite(number):
        # No spec has such a number; validate refuses its text where a number is wanted.
        return _text(dumper, str(number))
    digits = format(Decimal(repr(number)), "f")
    text = digits if "." in digits else f"{digits}.0"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _float)


def yaml_text(data: Any) -> str:
    r"""Return data as YAML, in its own order.

    Examples
    --------
    >>> yaml_text({"type": "int", "values": ["NO", "1e3", "a"], "max": 0.00001})
    "type: int\nvalues:\n- 'NO'\n- '1e3'\n- a\nmax: 0.00001\n"
    """
    text = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH
    )
    return str(text)

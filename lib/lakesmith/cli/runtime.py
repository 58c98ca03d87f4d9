"""Format the answer of ``doctor --runtime`` as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NAMES = {
    "kind": "session", "server": "server", "spark": "Spark", "delta": "Delta", "java": "Java",
    "is_databricks": "Databricks", "master": "master", "catalogs": "catalogs",
    "driver_python": "Python of the driver", "worker_python": "Python of the workers",
}  # fmt: skip


def runtime_text(runtime: Mapping[str, Any]) -> str:
    """Return what the session is and can do, then its problems.

    Examples
    --------
    >>> print(runtime_text({"kind": "classic", "features": {"merge": "yes"}, "problems": []}))
    session: classic
    merge: yes
    nothing is missing
    """
    facts = [
        f"{title}: {_shown(runtime[name])}"
        for name, title in _NAMES.items()
        if name in runtime
    ]
    abilities = [f"{name}: {said}" for name, said in runtime["features"].items()]
    return "\n".join(
        [*facts, *abilities, *(runtime["problems"] or ["nothing is missing"])]
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(value)
    return str(value or "unknown")

"""Compare how a commit was planned with Delta's metrics of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REAL = {
    "files": ("numRemovedFiles", "numTargetFilesRemoved"),
    "bytes": ("numOutputBytes", "numTargetBytesAdded"),
}


def plan_of(
    about: Mapping[str, Any], metrics: Mapping[str, int]
) -> dict[str, Any] | None:
    """Return the plan that a commit recorded, or None when it recorded none.

    Parameters
    ----------
    about : dict
        The metadata of the commit.
    metrics : dict
        What Delta counted.

    Returns
    -------
    dict
        method, why (no other method), and figures: by name what was expected and what Delta
        counted.

    Examples
    --------
    >>> about = {"plan": {"method": "replace_where", "expected": {"rows": 2, "files": 1}}}
    >>> plan_of(about, {"numOutputRows": 2, "numRemovedFiles": 1})["figures"]
    {'rows': {'expected': 2, 'real': 2}, 'files': {'expected': 1, 'real': 1}}
    """
    plan = about.get("plan")
    if not isinstance(plan, dict):
        return None
    actual = delta_metrics(metrics)
    expected = plan.get("expected") or {}
    figures = {
        name: {"expected": expected[name], "real": actual[name]}
        for name in expected
        if name in actual
    }
    return {"method": plan.get("method"), "why": plan.get("why"), "figures": figures}


def delta_metrics(metrics: Mapping[str, int]) -> dict[str, int]:
    """Return rows and bytes written and files that lost rows, from Delta's metrics."""
    counted = {
        name: metrics[key]
        for name, keys in REAL.items()
        for key in keys
        if key in metrics
    }
    if "numTargetRowsInserted" in metrics:
        counted["rows"] = metrics["numTargetRowsInserted"] + metrics.get(
            "numTargetRowsUpdated", 0
        )
    elif "numOutputRows" in metrics:
        counted["rows"] = metrics["numOutputRows"] - metrics.get("numCopiedRows", 0)
    return counted


def planned_text(plan: Mapping[str, Any] | None) -> str:
    """Return a plan on one line.

    Examples
    --------
    >>> planned_text({"method": "merge", "why": "2000 keys",
    ...     "figures": {"files": {"expected": 3, "real": 2}}})
    'merge (2000 keys) files=2 of 3 expected'
    """
    if plan is None:
        return ""
    why = f" ({plan['why']})" if plan["why"] else ""
    parts = [
        f"{name}={one['real']} of {one['expected']} expected"
        for name, one in plan["figures"].items()
    ]
    return " ".join([f"{plan['method']}{why}", *parts])

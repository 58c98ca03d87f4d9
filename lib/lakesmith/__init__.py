"""Turn raw feeds into trusted tables on Spark and Delta Lake, from one YAML spec a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.lake import open_lake as open
    from lakesmith.quality.check_frame import check_frame

__version__ = "0.1.0"
__all__ = ["__version__", "check_frame", "open"]


def __getattr__(name: str) -> Any:
    """Import the engine on first use, since `lakesmith --help` and `validate` need no Spark."""
    if name == "open":
        from lakesmith.lake import open_lake

        return open_lake
    if name == "check_frame":
        from lakesmith.quality.check_frame import check_frame

        return check_frame
    raise AttributeError(f"module 'lakesmith' has no attribute {name!r}")

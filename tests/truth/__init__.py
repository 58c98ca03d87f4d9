"""What the tables of the sample must hold, computed from the raw files with DuckDB alone."""

from tests.truth.compute import KEYS, Truth

__all__ = ["KEYS", "Truth"]

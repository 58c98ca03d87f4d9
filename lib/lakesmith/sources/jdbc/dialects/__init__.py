"""Hold what databases do differently, a module for each."""

from lakesmith.sources.jdbc.dialects import postgresql
from lakesmith.sources.jdbc.dialects.base import Dialect

DIALECTS: dict[str, Dialect] = {"postgresql": postgresql.DIALECT}

__all__ = ["DIALECTS", "Dialect"]

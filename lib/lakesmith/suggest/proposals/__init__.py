"""Propose checks, one module for each kind."""

from lakesmith.suggest.proposals import keys, ranges, text_formats, value_sets
from lakesmith.suggest.proposals.registry import proposals

__all__ = ["keys", "proposals", "ranges", "text_formats", "value_sets"]

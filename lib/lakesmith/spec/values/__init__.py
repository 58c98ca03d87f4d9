"""Grammars of the values that a spec or a feed writes."""

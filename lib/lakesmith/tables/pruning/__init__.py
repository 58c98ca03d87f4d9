"""Bound a search in a table by its keys."""

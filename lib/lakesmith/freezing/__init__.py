"""Freeze statistics of published tables, so that all batches are computed with the same numbers."""

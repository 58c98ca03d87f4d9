"""Freeze statistics of published tables, so that steps compute with the same numbers until anew."""

"""Observation: run records, verdicts and profiles as ops tables."""

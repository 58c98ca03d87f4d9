"""Checks that each row passes or fails, one module each."""

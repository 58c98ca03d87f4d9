"""Checks that each row passes or fails."""

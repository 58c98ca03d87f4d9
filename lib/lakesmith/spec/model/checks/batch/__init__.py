"""Checks of a batch as a whole."""

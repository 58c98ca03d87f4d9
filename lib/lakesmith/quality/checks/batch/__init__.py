"""Checks of a batch as a whole, one module each."""

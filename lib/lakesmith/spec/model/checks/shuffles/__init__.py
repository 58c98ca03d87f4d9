"""Checks that read the written table once more."""

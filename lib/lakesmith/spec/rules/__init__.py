"""Rules that a project must keep."""

"""Turn change events into rows of a table."""

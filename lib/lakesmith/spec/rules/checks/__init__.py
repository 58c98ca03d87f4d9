"""Rules on the checks of a table."""

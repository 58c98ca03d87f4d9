"""Run one batch of one table, from reading to its record."""

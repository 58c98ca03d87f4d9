"""Check the rows that a table has now, from its log or by a scan."""

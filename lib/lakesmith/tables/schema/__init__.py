"""Compare and version the columns of a table."""

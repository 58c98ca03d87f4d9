"""Find changes of contracts that break the consumers of a table."""

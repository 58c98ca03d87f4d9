"""Say of what the columns of a table are made."""

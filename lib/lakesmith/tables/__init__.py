"""Name, read, compare and write Delta tables."""

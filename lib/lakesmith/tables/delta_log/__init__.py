"""Read and check the log of a Delta table."""

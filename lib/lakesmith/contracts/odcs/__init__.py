"""Read and write documents of the Open Data Contract Standard (ODCS)."""

"""Read tables and queries of databases."""

"""Read check files and contracts of Soda."""

"""Record what happened to each table and where it stands."""

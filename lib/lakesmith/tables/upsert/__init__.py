"""Plan and write an upsert."""

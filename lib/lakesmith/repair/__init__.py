"""Roll back runs and backfill dates."""

"""What happened to each table and where it stands; no frames."""

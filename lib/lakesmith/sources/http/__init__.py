"""Read HTTP APIs, whose answers land as files first."""

"""Read YAML with the origin of each value."""

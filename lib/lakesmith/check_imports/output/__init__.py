"""Check imported checks and write them as YAML."""

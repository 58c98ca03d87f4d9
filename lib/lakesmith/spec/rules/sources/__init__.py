"""Check the settings of sources."""

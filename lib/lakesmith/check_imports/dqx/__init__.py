"""Read check files of DQX."""

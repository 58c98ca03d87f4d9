"""Make files for schedulers from the specs."""

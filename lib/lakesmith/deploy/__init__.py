"""Make files for schedulers from the specs, and pack what a cluster needs."""

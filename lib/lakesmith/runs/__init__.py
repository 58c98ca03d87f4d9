"""Plan and execute runs of a project."""

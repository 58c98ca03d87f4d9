"""Deployment: files for schedulers, made from the specs."""

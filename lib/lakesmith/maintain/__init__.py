"""Maintenance: what a table needs by the figures of its log, what it must keep for others, and the doing of it."""

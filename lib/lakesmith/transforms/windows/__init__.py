"""Aggregate events in windows of time, each with one exchange by key."""

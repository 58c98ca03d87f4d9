"""Compact, purge and vacuum tables by the metrics of their logs."""

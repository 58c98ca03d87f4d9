"""Checks of one number that is measured while the batch is written."""

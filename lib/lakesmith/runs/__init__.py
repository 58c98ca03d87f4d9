"""Runs: the ledger, the batch with its five rooms, the executor, and publication."""

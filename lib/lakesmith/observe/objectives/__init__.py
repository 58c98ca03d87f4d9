"""Measure the objectives of contracts by what runs recorded, without a look at the tables."""

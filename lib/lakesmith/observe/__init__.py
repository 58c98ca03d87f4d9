"""Record runs, check results and profiles in ops tables."""

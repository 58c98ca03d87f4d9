"""Join tables by key, by time and by range, each with a plan that stays flat on skewed keys."""

"""Define what is known of a step before Spark starts, and the steps that treat bad values."""

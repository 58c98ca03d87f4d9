"""The doctor: looks over a warehouse without Spark, says what is damaged, and does what is safe to mend it."""

"""Run the jobs by spark-submit. `main(argv=None)` returns None or raises."""

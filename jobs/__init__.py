"""The jobs: thin files for spark-submit, modules of the wheel; `main(argv=None)` returns None or raises."""

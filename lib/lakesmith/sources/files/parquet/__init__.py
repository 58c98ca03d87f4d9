"""Read Parquet files whose values Spark would change, or park them."""

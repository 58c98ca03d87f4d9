"""Pure transformations: DataFrame to DataFrame, nothing read, written or started."""

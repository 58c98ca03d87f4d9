"""Read property files of dbt."""

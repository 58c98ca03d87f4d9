# Databricks notebook source
# MAGIC %md
# MAGIC # Upserts and history
# MAGIC One small feed of price changes, written in three ways: the newest row of each key, all versions of it, and
# MAGIC partitions that are recomputed. Whatever the order of the files, the tables are the same. All of it lies in a
# MAGIC temporary directory.

# COMMAND ----------

import sys
import tempfile
from pathlib import Path

root = next(
    path for path in (Path("."), Path("..")) if (path / "conf" / "base.yml").exists()
).resolve()
sys.path.append(str(root / "lib"))

import lakesmith

home = Path(tempfile.mkdtemp())
specs = {
    "base": "name: prices",
    "sources/prices": f"""
format: csv
path: {home / "in"}
columns: [sku, name, price, day, op]
""",
    "tables/bronze/prices": "from: sources.prices",
    "tables/silver/newest": """
from: bronze.prices
columns:
  sku: {type: string, nullable: false}
  name: {type: string}
  price: {type: "decimal(8,2)"}
  day: {type: date, nullable: false}
write: {strategy: upsert, keys: [sku], sequence_by: [day], apply_as_deletes: "op = 'D'"}
""",
    "tables/silver/versions": """
from: bronze.prices
columns:
  sku: {type: string, nullable: false}
  name: {type: string}
  price: {type: "decimal(8,2)"}
steps: [{with_columns: {at: try_cast(day AS date)}}]
write:
  strategy: scd2
  keys: [sku]
  sequence_by: [at]
  track_history_columns: [price]
  apply_as_deletes: "op = 'D'"
""",
    "tables/gold/by_day": """
from: silver.newest
columns: {day: {type: date}, sku: {type: string}, price: {type: "decimal(8,2)"}}
write: {strategy: replace_partitions, partition_by: [day]}
""",
}
for name, text in specs.items():
    file = home / "conf" / f"{name}.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def land(name: str, *lines: str) -> None:
    """Land one file of price changes."""
    (home / "in").mkdir(exist_ok=True)
    (home / "in" / name).write_text("\n".join(["sku,name,price,day,op", *lines]) + "\n")


# COMMAND ----------

# MAGIC %md
# MAGIC ## In order
# MAGIC The plan says what is read of each table before anything runs.

# COMMAND ----------

land("1.csv", "mug,Mug,4.00,2026-01-01,U", "pen,Pen,1.00,2026-01-01,U")
lake = lakesmith.open(
    conf=home / "conf", overrides={"warehouse": str(home / "warehouse")}
)
lake.run()
land("2.csv", "mug,Mug,5.00,2026-01-05,U", "pen,Blue pen,1.00,2026-01-05,U")
for table in lake.plan().tables:
    print(f"{table.table}: {table.strategy}; reads {table.reads}")
lake.run()
lake.table("silver.versions").orderBy("sku", "valid_from").show()

# COMMAND ----------

# MAGIC %md
# MAGIC ## Late
# MAGIC A change of 3 January arrives after that of 5 January. The newest row stays what it is; the versions of the mug
# MAGIC are derived again from what arrived.

# COMMAND ----------

land("3.csv", "mug,Mug,4.50,2026-01-03,U", "pen,Blue pen,1.00,2026-01-06,D")
lake.run()
newest = [
    tuple(row) for row in lake.table("silver.newest").select("sku", "price").collect()
]
versions = lake.table("silver.versions").orderBy("sku", "valid_from")
versions.show()
prices = [
    (row.sku, str(row.price), str(row.valid_from), str(row.valid_to))
    for row in versions.collect()
]

# COMMAND ----------

# MAGIC %md
# MAGIC ## What each commit did
# MAGIC Batches of few keys replace exactly their rows; counts, positions and versions lie in the commits.

# COMMAND ----------

for commit in lake.history("silver.versions"):
    print(commit["version"], commit["operation"], commit["batch"])

# COMMAND ----------

# MAGIC %md
# MAGIC ## Another order
# MAGIC The same three files in one run, in another warehouse: the same tables.

# COMMAND ----------

other = lakesmith.open(conf=home / "conf", overrides={"warehouse": str(home / "other")})
other.run()
equal = {
    name: lake.table(name).exceptAll(other.table(name)).isEmpty()
    and other.table(name).exceptAll(lake.table(name)).isEmpty()
    for name in ("silver.newest", "silver.versions", "gold.by_day")
}
print(equal)

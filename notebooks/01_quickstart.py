# Databricks notebook source
# MAGIC %md
# MAGIC # Quickstart
# MAGIC Two raw feeds become bronze, silver and gold tables. Bad rows are quarantined with their reasons, and a second
# MAGIC run finds nothing new. Everything is written to a temporary directory.

# COMMAND ----------

import sys
import tempfile
from pathlib import Path

root = next(
    path for path in (Path("."), Path("..")) if (path / "conf" / "base.yml").exists()
)
sys.path.append(str(root / "lib"))

import lakesmith
from retail.generate import generate

home = Path(tempfile.mkdtemp())
print(generate(home / "data", days=2))

# COMMAND ----------

# MAGIC %md
# MAGIC A project is a directory of specs: one YAML file a source, one a table. `validate` checks them without Spark.

# COMMAND ----------

lake = lakesmith.open(
    conf=root / "conf",
    env="local",
    overrides={
        "warehouse": home / "warehouse",
        "sources.retail_orders.path": home / "data" / "retail_orders",
        "sources.crm_changes.path": home / "data" / "crm_changes",
    },
)
lake.validate()

# COMMAND ----------

# MAGIC %md
# MAGIC `run` reads what is new since the last run, and publishes all tables together.

# COMMAND ----------

first = lake.run()
for table in first.tables:
    print(
        f"{table.table}: {table.counts.read} read, {table.counts.quarantined} quarantined, version {table.version}"
    )

# COMMAND ----------

second = lake.run()
print(second.state)

# COMMAND ----------

# MAGIC %md
# MAGIC The published rows.

# COMMAND ----------

lake.table("gold.daily_sales").orderBy("order_date", "country").drop(
    "customers_hll"
).show()

# COMMAND ----------

# MAGIC %md
# MAGIC The rows that were quarantined, with the check, the column and the value that failed, and the row as it landed.

# COMMAND ----------

lake.quarantine("silver.order_lines").select("_reasons", "_raw").show(5, truncate=80)

# COMMAND ----------

# MAGIC %md
# MAGIC The verdicts of the last run that had any.

# COMMAND ----------

for verdict in lake.quality("silver.order_lines"):
    print(f"{verdict['check']}: {verdict['status']} ({verdict['failed']})")

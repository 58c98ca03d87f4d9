# Databricks notebook source
# MAGIC %md
# MAGIC # Quality
# MAGIC Rows are suggested types and checks, the bad ones are quarantined with their reasons, and a table of others is
# MAGIC checked from its log. Everything is written to a temporary directory.

# COMMAND ----------

import sys
import tempfile
from pathlib import Path

root = next(
    path for path in (Path("."), Path("..")) if (path / "conf" / "base.yml").exists()
).resolve()
sys.path.append(str(root / "lib"))

import lakesmith
from lakesmith.lake import Lake

home = Path(tempfile.mkdtemp())
lines = [
    f"{number},{('open', 'paid')[number % 2]},{number % 40}.50,2026-01-{1 + number % 28:02d}"
    for number in range(400)
]
(home / "in").mkdir()
(home / "in" / "1.csv").write_text("\n".join(["id,status,price,day", *lines]) + "\n")
specs = {
    "base": "name: orders",
    "sources/orders": f"""
format: csv
path: {home / "in"}
columns: [id, status, price, day]
""",
    "tables/bronze/orders": "from: sources.orders",
}


def write(name: str, text: str) -> None:
    """Write one spec."""
    file = home / "conf" / f"{name}.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def lake() -> Lake:
    """Open the project as its specs are now."""
    return lakesmith.open(
        conf=home / "conf", overrides={"warehouse": str(home / "warehouse")}
    )


for name, text in specs.items():
    write(name, text)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Suggest
# MAGIC A sample of the source suggests types, a key, sets and ranges, each with the rows that it rests on. No row of the
# MAGIC sample contradicts them.

# COMMAND ----------

suggested = lake().suggest("sources.orders").as_yaml()
print(suggested)

# COMMAND ----------

# MAGIC %md
# MAGIC The text is a part of a spec. After a review, two checks are made stricter: a row with another status and a price
# MAGIC below 0 are set apart.

# COMMAND ----------

reviewed = suggested.replace(
    "values: [open, paid], on_fail: warn", "values: [open, paid]"
)
reviewed = reviewed.replace("min: 0.5, max: 39.5, on_fail: warn", "min: 0")
write("tables/silver/orders", f"from: bronze.orders\n{reviewed}\n")
lake().validate()

# COMMAND ----------

# MAGIC %md
# MAGIC ## What the checks cost
# MAGIC Free ones are measured while the rows are written. A shuffle reads the written table once more.

# COMMAND ----------

(costs,) = lake().explain_quality("silver.orders")
for check in costs["checks"]:
    print(check["check"], check["cost"], check["note"])

# COMMAND ----------

# MAGIC %md
# MAGIC ## Quarantine
# MAGIC Three bad rows arrive. Each is kept with its reasons and its raw text.

# COMMAND ----------

lake().run()
bad = [
    "400,lost,1.00,2026-01-01",
    "401,open,-5.00,2026-01-01",
    "402,paid,six,2026-01-01",
]
(home / "in" / "2.csv").write_text("\n".join(["id,status,price,day", *bad]) + "\n")
run = lake().run()
lake().quarantine("silver.orders").select("_reasons", "_raw").show(truncate=False)
reasons = lake().quarantine_reasons("silver.orders")
for reason in reasons:
    print(reason["check"], reason["column"], reason["rows"], reason["such_as"])

# COMMAND ----------

# MAGIC %md
# MAGIC ## Any frame
# MAGIC `check_frame` takes a frame of a notebook or a test. All free checks are one job.

# COMMAND ----------

checks = [
    {"id": "mean_price", "check": "mean", "column": "price", "min": 1, "max": 30},
    {"id": "dear", "check": "between", "column": "price", "max": 30, "on_fail": "warn"},
]
results = lakesmith.check_frame(lake().table("silver.orders"), checks)
for result in results:
    print(result.check, result.status, result.message)

# COMMAND ----------

# MAGIC %md
# MAGIC ## A table of others
# MAGIC `check` audits any Delta table. What its log says exactly is answered without reading a row; the rest is one scan.

# COMMAND ----------

foreign = home / "foreign"
lake().table("silver.orders").write.format("delta").save(str(foreign))
(home / "checks.yml").write_text(
    """
checks:
  - {id: enough, check: row_count, min: 1000}
  - {id: price_given, check: not_null, column: price}
  - {id: least_price, check: minimum, column: price, min: 0}
  - {id: one_each, check: unique, columns: [id]}
"""
)
audited = lake().check(str(foreign), home / "checks.yml")
for result in audited:
    print(result.check, result.status, result.message, f"({result.origin})")

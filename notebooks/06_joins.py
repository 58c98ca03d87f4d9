# Databricks notebook source
# MAGIC %md
# MAGIC # Large joins
# MAGIC A customer with most of the rows, prices as they were at the time, ranges, and keys of which few have a match.
# MAGIC Each join says which plan it takes and why.

# COMMAND ----------

import sys
import tempfile
from pathlib import Path

root = next(
    path for path in (Path("."), Path("..")) if (path / "conf" / "base.yml").exists()
).resolve()
sys.path.append(str(root / "lib"))

import matplotlib.pyplot as plt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

import lakesmith
from lakesmith.transforms.joins.as_of import join_as_of
from lakesmith.transforms.joins.bloom import anti_join_bloom
from lakesmith.transforms.joins.range import join_range
from lakesmith.transforms.joins.scd2 import join_scd2
from lakesmith.transforms.joins.skewed import find_hot_keys, join_skewed

lake = lakesmith.open(conf=root / "conf", overrides={"warehouse": tempfile.mkdtemp()})
spark = lake.spark

# COMMAND ----------

# MAGIC %md
# MAGIC ## Skewed keys
# MAGIC 60 % of the orders are those of one customer. A task gets all rows of its keys, so that one task does most of the
# MAGIC work. For a full join Spark's adaptive execution does not split it.

# COMMAND ----------

TASKS = 8
id_ = F.col("id")
orders = spark.range(60_000).select(
    id_.alias("order_id"),
    F.when(id_ % 10 < 6, 1).otherwise(id_ % 2_000).cast("int").alias("customer"),
)
customers = spark.range(500, 3_000).select(
    id_.cast("int").alias("customer"), (id_ % 40).alias("region")
)
customers = customers.union(spark.sql("SELECT 1, 7L"))


def rows_per_task(joined: DataFrame) -> list[int]:
    """Return how many rows each task of a join gives, the most first."""
    tasks = joined.groupBy(F.spark_partition_id().alias("task")).count()
    counts = [row["count"] for row in tasks.collect()]
    return sorted(counts, reverse=True)


hot_keys = find_hot_keys(orders, ["customer"], min_rows=1_000, partitions=TASKS)
skew_proof = join_skewed(
    other=customers, on=["customer"], how="full", hot_keys=hot_keys, partitions=TASKS
)
print(skew_proof.choice)

# COMMAND ----------

adaptive = "spark.sql.adaptive.enabled"
was_adaptive = spark.conf.get(adaptive)
was_partitions = spark.conf.get("spark.sql.shuffle.partitions")
# Small tasks would be put together, and their rows could not be counted one by one.
spark.conf.set(adaptive, "false")
spark.conf.set("spark.sql.shuffle.partitions", TASKS)
before = rows_per_task(orders.join(customers.hint("merge"), ["customer"], "full"))
after = rows_per_task(orders.transform(skew_proof))
spark.conf.set(adaptive, was_adaptive)
spark.conf.set("spark.sql.shuffle.partitions", was_partitions)

figure, panels = plt.subplots(1, 2, sharey=True, figsize=(9, 3))
for panel, counts, title in zip(
    panels, (before, after), ("Spark's full join", "join_skewed"), strict=True
):
    panel.bar(range(len(counts)), counts)
    panel.set_title(
        f"{title}: max ÷ mean {max(counts) * len(counts) / sum(counts):.1f}"
    )
    panel.set_xlabel("task")
panels[0].set_ylabel("rows")
figure.tight_layout()
figure  # noqa: B018

# COMMAND ----------

# MAGIC %md
# MAGIC ## As it was then
# MAGIC `join_as_of` takes the newest row before a time; `join_scd2` the version that was valid at it. Every row stays,
# MAGIC with NULL where nothing was known yet. One exchange and one sort, however many rows a key has.

# COMMAND ----------

asked = spark.sql(
    "SELECT * FROM VALUES ('mug', timestamp'2026-01-03 09:00:00'), ('mug', timestamp'2026-01-01 08:00:00'),"
    " ('pen', timestamp'2026-01-09 12:00:00') AS asked(sku, at)"
)
prices = spark.sql(
    "SELECT * FROM VALUES ('mug', timestamp'2026-01-01 10:00:00', 4.00), ('mug', timestamp'2026-01-03 09:00:00', 4.50),"
    " ('pen', timestamp'2026-01-02 10:00:00', 1.00) AS prices(sku, at, price)"
)
known = asked.transform(
    join_as_of(other=prices, on=["sku"], at="at", columns=["price"], max_staleness="5d")
)
known.orderBy("sku", "at").show()

# COMMAND ----------

versions = spark.sql(
    "SELECT * FROM VALUES ('mug', 'Mug', timestamp'2026-01-01', timestamp'2026-01-03'),"
    " ('mug', 'Blue mug', timestamp'2026-01-03', NULL) AS versions(sku, name, valid_from, valid_to)"
)
named = asked.transform(join_scd2(other=versions, on=["sku"], at="at"))
named.orderBy("sku", "at").show()

# COMMAND ----------

# MAGIC %md
# MAGIC ## Ranges
# MAGIC Spark compares each row with each interval. `join_range` cuts the axis into parts of one width, and compares within
# MAGIC a part only.

# COMMAND ----------

promotions = spark.sql(
    "SELECT * FROM VALUES ('new year', timestamp'2026-01-01', timestamp'2026-01-04'),"
    " ('week two', timestamp'2026-01-05', timestamp'2026-01-12') AS promotions(promotion, starts, ends)"
)
promoted = asked.transform(
    join_range(other=promotions, at="at", other_at=("starts", "ends"), width="7d")
)
promoted.orderBy("sku", "at").show()

# COMMAND ----------

# MAGIC %md
# MAGIC ## Few matches
# MAGIC A Bloom filter of the small side is asked before the shuffle. For an anti join, a row that the filter does not know
# MAGIC is certainly without a match and goes around the join.

# COMMAND ----------

blocked = customers.filter("customer < 600").select("customer")
unblocked = anti_join_bloom(other=blocked, on=["customer"])
allowed = orders.transform(unblocked)
print(unblocked.choice)
print(
    f"{allowed.count():,} of {orders.count():,} orders are of customers that are not blocked"
)

# COMMAND ----------

# MAGIC %md
# MAGIC ## In a spec
# MAGIC The same joins are steps of a table, on its declared `inputs`. `on_input_change: recompute` computes the rows again
# MAGIC that a change of an input touches, and no others. `plan` says so, and each join says its choice.

# COMMAND ----------

print((root / "conf/tables/gold/sales_enriched.yml").read_text().partition("steps:")[2])

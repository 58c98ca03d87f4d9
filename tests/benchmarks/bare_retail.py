"""The yardstick: the sample's tables by a plain PySpark script, with no library between Spark and the tables.

It reads all files of a directory and does the same casts, dedupe, MERGE, gold logic and files as the sample project,
without ledger, gate, profile or publication: ``python tests/benchmarks/bare_retail.py --orders DIR --warehouse DIR``.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from delta.tables import DeltaTable
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

ROOT = Path(__file__).resolve().parents[2]
FIELDS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
PROPERTIES = {"delta.enableDeletionVectors": "true", "delta.enableChangeDataFeed": "true"}
BLANKS = " \t\n\r\f\v"
MONEY = "decimal(28,4)"


def start(conf: Path) -> SparkSession:
    """Start Spark with the settings of a properties file."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.Builder().appName("bare retail")
    for line in conf.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            builder = builder.config(*line.split(None, 1))
    return builder.getOrCreate()


def land(spark: SparkSession, orders: Path, bronze: str) -> None:
    """Append the files as they are."""
    schema = ", ".join(f"{name} STRING" for name in (*FIELDS, "_rescued"))
    lines = (
        spark.read.schema(schema)
        .options(header="true", escape='"', mode="PERMISSIVE", columnNameOfCorruptRecord="_rescued")
        .csv(str(orders))
        .select(
            *FIELDS,
            F.lit(1).cast("bigint").alias("_batch_id"),
            F.lit(datetime.now(timezone.utc)).alias("_ingested_at"),
            F.lit("retail_orders").alias("_source"),
            F.col("_metadata.file_path").alias("_source_file"),
            "_rescued",
        )
    )
    lines.write.format("delta").options(**{"delta.enableChangeDataFeed": "true"}).mode("append").save(bronze)


def typed(landed: DataFrame) -> DataFrame:
    """Cast the landed text; what does not fit is NULL."""
    price = F.col("UnitPrice").try_cast("decimal(12,4)")
    at = F.try_to_timestamp("InvoiceDate", F.lit("yyyy-MM-dd HH:mm:ss"))
    return landed.select(
        F.sha2(F.concat(*map(hashed, FIELDS)), 256).alias("line_id"),
        F.col("InvoiceNo").alias("invoice_no"),
        F.upper(F.trim("StockCode", F.lit(BLANKS))).alias("stock_code"),
        F.col("Description").alias("description"),
        F.col("Quantity").try_cast("int").alias("quantity"),
        at.alias("invoice_ts"),
        F.when(price == F.col("UnitPrice").try_cast("decimal(38,20)"), price).alias("unit_price"),
        F.regexp_extract("CustomerID", r"^([0-9]+)(\.0+)?\z", 1).try_cast("bigint").alias("customer_id"),
        F.col("Country").alias("country"),
        F.col("InvoiceNo").startswith("C").alias("is_cancellation"),
        at.cast("date").alias("order_date"),
        F.trunc(at, "month").alias("order_month"),
        F.struct(*FIELDS, "_rescued").alias("_raw"),
        "_source_file",
    )


def hashed(name: str) -> Column:
    """Return one field's part of the hashed text."""
    value = F.col(name)
    return F.when(value != "", F.concat(F.length(value).cast("string"), F.lit(":"), value)).otherwise("-;")


def given(name: str) -> Column:
    """Whether text is there and not blank."""
    return F.coalesce(F.trim(name, F.lit(BLANKS)), F.lit("")) != ""


def faults() -> Column:
    """Return the reasons why a line is bad, an empty array for a good one."""
    rules = {
        "row_parsed": F.col("_raw._rescued").isNotNull(),
        "quantity_cast": given("_raw.Quantity") & F.col("quantity").isNull(),
        "invoice_ts_cast": given("_raw.InvoiceDate") & F.col("invoice_ts").isNull(),
        "unit_price_cast": given("_raw.UnitPrice") & F.col("unit_price").isNull(),
        "customer_id_cast": given("_raw.CustomerID") & F.col("customer_id").isNull(),
        "invoice_given": ~given("invoice_no"),
        "stock_code_given": ~given("stock_code"),
        "quantity_given": F.col("quantity").isNull(),
        "invoice_ts_given": F.col("invoice_ts").isNull(),
        "price_given": F.col("unit_price").isNull(),
        "price_not_negative": F.coalesce(F.col("unit_price") < 0, F.lit(False)),
    }
    return F.array_compact(F.array(*[F.when(bad, F.lit(name)) for name, bad in rules.items()]))


def merge(rows: DataFrame, path: str, keys: tuple[str, ...], *, update: bool, sync: bool = False) -> None:
    """Merge rows into the table at a path, which is created empty when it is missing."""
    condition = " AND ".join(f"t.{key} <=> s.{key}" for key in keys)
    builder = DeltaTable.forPath(rows.sparkSession, path).alias("t").merge(rows.alias("s"), condition)
    builder = builder.whenMatchedUpdateAll() if update else builder
    builder = builder.whenNotMatchedBySourceDelete() if sync else builder
    builder.whenNotMatchedInsertAll().execute()


def save(rows: DataFrame, path: str, keys: tuple[str, ...], options: argparse.Namespace, **how: bool) -> None:
    """Merge into a table; a new one is made empty and merged into, or written in one go when asked."""
    if not DeltaTable.isDeltaTable(rows.sparkSession, path):
        partitions = ["order_month"] if "order_month" in rows.columns else []
        first = rows if options.first_load == "append" else rows.limit(0)
        first.write.format("delta").options(**PROPERTIES).partitionBy(*partitions).save(path)
        if options.first_load == "append":
            return
    merge(rows, path, keys, update=how.get("update", True), sync=how.get("sync", False))


def customers(lines: DataFrame) -> DataFrame:
    """Return each customer as the newest line shows them."""
    newest = Window.partitionBy("customer_id").orderBy(*[F.desc(c) for c in ("invoice_ts", "invoice_no", "line_id")])
    return (
        lines.filter("customer_id IS NOT NULL")
        .withColumn("n", F.row_number().over(newest))
        .filter("n = 1")
        .selectExpr("customer_id", "country", "invoice_ts AS last_seen")
    )


def customer_invoices(lines: DataFrame) -> DataFrame:
    """Return the invoices of known customers."""
    return (
        lines.filter("customer_id IS NOT NULL")
        .groupBy("customer_id", "invoice_no")
        .agg(
            F.count("*").alias("lines"),
            F.expr(f"cast(sum(quantity * unit_price) AS {MONEY})").alias("net"),
            F.max("invoice_ts").alias("invoice_ts"),
            F.bool_or("is_cancellation").alias("is_cancellation"),
        )
    )


def daily_sales(lines: DataFrame) -> DataFrame:
    """Return the sales of a day in a country."""
    amount = "quantity * unit_price"
    return lines.groupBy("order_date", "country").agg(
        F.count("*").alias("lines"),
        F.count_distinct("invoice_no").alias("invoices"),
        F.count_distinct("customer_id").alias("customers"),
        F.hll_sketch_agg("customer_id", 14).alias("customers_hll"),
        F.expr("coalesce(sum(quantity), 0)").alias("units"),
        F.expr(f"cast(coalesce(sum(if({amount} > 0, {amount}, NULL)), 0) AS {MONEY})").alias("gross"),
        F.expr(f"cast(coalesce(sum(if({amount} < 0, {amount}, NULL)), 0) AS {MONEY})").alias("returns"),
        F.expr(f"cast(coalesce(sum({amount}), 0) AS {MONEY})").alias("net"),
    )


def customer_rfm(invoices: DataFrame) -> DataFrame:
    """Return recency, frequency and money of each customer."""
    return invoices.groupBy("customer_id").agg(
        F.expr("max(invoice_ts) FILTER (WHERE NOT is_cancellation)").alias("last_purchase_ts"),
        F.count("*").alias("invoices"),
        F.expr(f"cast(sum(net) AS {MONEY})").alias("net"),
    )


def build(spark: SparkSession, options: argparse.Namespace) -> None:
    """Build all tables in their order."""

    def at(name: str) -> str:
        return str(options.warehouse / name)

    land(spark, options.orders, at("bronze/order_lines"))
    judged = typed(spark.read.format("delta").load(at("bronze/order_lines"))).withColumn("_reasons", faults())
    bad = judged.filter(F.size("_reasons") > 0).select("_reasons", F.to_json("_raw").alias("_raw"), "_source_file")
    good = judged.filter(F.size("_reasons") == 0).drop("_raw", "_reasons", "_source_file").dropDuplicates(["line_id"])
    save(good, at("silver/order_lines"), ("line_id",), options, update=False)
    bad.write.format("delta").mode("append").save(at("silver/order_lines__quarantine"))
    lines = spark.read.format("delta").load(at("silver/order_lines"))
    save(customers(lines), at("silver/customers"), ("customer_id",), options)
    save(customer_invoices(lines), at("silver/customer_invoices"), ("customer_id", "invoice_no"), options, sync=True)
    save(daily_sales(lines), at("gold/daily_sales"), ("order_date", "country"), options, sync=True)
    invoices = spark.read.format("delta").load(at("silver/customer_invoices"))
    save(customer_rfm(invoices), at("gold/customer_rfm"), ("customer_id",), options, sync=True)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=Path, required=True, help="directory of CSV files")
    parser.add_argument("--warehouse", type=Path, required=True, help="directory of the tables")
    parser.add_argument("--conf", type=Path, default=ROOT / "conf" / "spark" / "local.conf", help="Spark settings")
    parser.add_argument("--first-load", choices=("merge", "append"), default="merge", help="how a new table is filled")
    options = parser.parse_args()
    spark = start(options.conf)
    build(spark, options)
    spark.stop()


if __name__ == "__main__":
    main()

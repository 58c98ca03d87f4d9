"""Check the rows with Great Expectations, which gives the keys of the rows that are unexpected."""

from __future__ import annotations

import great_expectations as gx
from great_expectations import expectations as gxe
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.benchmarks.peers.suite import HIGH, KEY, LOW, NUMBERS, PATTERN, TEXTS, WHOLES

FORMAT = {"result_format": "COMPLETE", "unexpected_index_column_names": [KEY]}


def write(spark: SparkSession, rows: DataFrame, out: str) -> None:
    """Write good rows, and those with a key that is unexpected with the names of their checks."""
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_spark("spark", persist=False).add_dataframe_asset("rows")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    expectations = [
        *(gxe.ExpectColumnValuesToBeBetween(column=name, min_value=LOW, max_value=HIGH) for name in NUMBERS),
        *(gxe.ExpectColumnValuesToNotBeNull(column=name) for name in WHOLES),
        *(gxe.ExpectColumnValuesToMatchRegex(column=name, regex=PATTERN) for name in TEXTS),
    ]
    suite = context.suites.add(gx.ExpectationSuite(name="suite", expectations=expectations))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name="v", data=whole, suite=suite))
    found = definition.run(batch_parameters={"dataframe": rows}, result_format=FORMAT)
    pairs = [
        (int(one[KEY]), result.expectation_config.kwargs["column"])
        for result in found.results
        for one in result.result.get("unexpected_index_list") or ()
    ]
    reasons = spark.createDataFrame(pairs, f"{KEY} BIGINT, name STRING")
    by_row = F.broadcast(reasons.groupBy(KEY).agg(F.collect_list("name").alias("reasons")))
    rows.join(by_row, KEY, "left_anti").write.parquet(f"{out}/good")
    rows.join(by_row, KEY).write.parquet(f"{out}/bad")


def reasons(spark: SparkSession, out: str) -> int:
    """Count the reasons of all bad rows."""
    return int(spark.read.parquet(f"{out}/bad").selectExpr("sum(size(reasons))").collect()[0][0])

"""Check the rows with PyDeequ, one check for each constraint, so that each row gets a result of each."""

from __future__ import annotations

import os

from pyspark import __version__ as SPARK
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

os.environ.setdefault("SPARK_VERSION", ".".join(SPARK.split(".")[:2]))

import pydeequ  # it asks for the variable when it is imported
from pydeequ.checks import Check, CheckLevel
from pydeequ.verification import VerificationResult, VerificationSuite

from tests.benchmarks.peers.suite import HIGH, LOW, NUMBERS, PATTERN, TEXTS, WHOLES

SETTINGS = {"spark.jars.packages": pydeequ.deequ_maven_coord, "spark.jars.excludes": pydeequ.f2j_maven_coord}


def write(spark: SparkSession, rows: DataFrame, out: str) -> None:
    """Write good rows, bad rows with the names of the checks that they fail, and the verdicts."""
    checks = [
        *(_check(spark, name).satisfies(f"{name} BETWEEN {LOW} AND {HIGH}", name) for name in NUMBERS),
        *(_check(spark, name).isComplete(name) for name in WHOLES),
        *(_check(spark, name).hasPattern(name, PATTERN) for name in TEXTS),
    ]
    suite = VerificationSuite(spark).onData(rows)
    for check in checks:
        suite = suite.addCheck(check)
    result = suite.run()
    VerificationResult.checkResultsAsDataFrame(spark, result).write.parquet(f"{out}/verdicts")
    judged = VerificationResult.rowLevelResultsAsDataFrame(spark, result, rows)
    names = [f"check_{name}" for name in (*NUMBERS, *WHOLES, *TEXTS)]
    failed = F.array_compact(F.array(*(F.when(~F.coalesce(name, F.lit(False)), F.lit(name)) for name in names)))
    told = judged.withColumn("reasons", failed).drop(*names)
    told.filter("size(reasons) = 0").drop("reasons").write.parquet(f"{out}/good")
    told.filter("size(reasons) > 0").write.parquet(f"{out}/bad")


def _check(spark: SparkSession, name: str) -> Check:
    return Check(spark, CheckLevel.Error, f"check_{name}")


def reasons(spark: SparkSession, out: str) -> int:
    """Count the reasons of all bad rows."""
    return int(spark.read.parquet(f"{out}/bad").selectExpr("sum(size(reasons))").collect()[0][0])

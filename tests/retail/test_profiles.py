"""The domain functions of customer profiles."""

from __future__ import annotations

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.testing import frame
from retail.profiles import described_profiles

PROFILE = "age int, email string"


@pytest.mark.parametrize(
    ("age", "group"),
    [(0, "0-17"), (17, "0-17"), (18, "18-24"), (25, "25-34"), (44, "35-44"), (54, "45-54"), (64, "55-64"), (65, "65+"),
     (120, "65+"), (121, None), (-1, None), (None, None)],
)  # fmt: skip
def test_age_groups_begin_at_their_lower_bound(spark: SparkSession, age: int | None, group: str | None) -> None:
    described = frame(spark, PROFILE, [(age, "ann@mail.example")]).transform(described_profiles)
    assert_df_equality(described.select("age", "age_group"), frame(spark, "age int, age_group string", [(age, group)]))


@pytest.mark.parametrize(
    ("email", "domain"),
    [("Ann@Mail.Example", "mail.example"), ("a@b@c.example", "c.example"), ("ann", None), ("ann@", None), (None, None)],
)
def test_the_domain_is_what_follows_the_last_at_sign(
    spark: SparkSession, email: str | None, domain: str | None
) -> None:
    described = frame(spark, PROFILE, [(30, email)]).transform(described_profiles)
    assert_df_equality(
        described.select("email", "email_domain"),
        frame(spark, "email string, email_domain string", [(email, domain)]),
    )

"""Derive what reports group by from customer profiles."""

from __future__ import annotations

from itertools import pairwise

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

OLDEST = 120
GROUP_STARTS = (0, 18, 25, 35, 45, 55, 65)


def described_profiles(profiles: DataFrame) -> DataFrame:
    """Add the age group and the e-mail domain.

    Parameters
    ----------
    profiles : DataFrame

    Returns
    -------
    DataFrame

    Notes
    -----
    *Columns*: needs ``age`` (int, years) and ``email`` (text) -> adds ``age_group`` (text:
    ``0-17``, ``18-24``, ..., ``65+``; NULL where the age is NULL or outside 0 to 120) and
    ``email_domain`` (text, in lower case; NULL where the address is NULL or has no ``@``).

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> profiles = frame(spark, "age int, email string", [(34, "Ann@Mail.Example")])
    >>> profiles.transform(described_profiles).show()
    +---+----------------+---------+------------+
    |age|           email|age_group|email_domain|
    +---+----------------+---------+------------+
    | 34|Ann@Mail.Example|    25-34|mail.example|
    +---+----------------+---------+------------+
    <BLANKLINE>
    """
    return profiles.withColumns(
        {"age_group": _age_group(F.col("age")), "email_domain": _domain(F.col("email"))}
    )


def _age_group(age: Column) -> Column:
    group = F.when(~age.between(0, OLDEST), None)

    for start, following in pairwise(GROUP_STARTS):
        label = f"{start}-{following - 1}"
        group = group.when(age < following, label)

    oldest = f"{GROUP_STARTS[-1]}+"

    return group.when(age.isNotNull(), oldest)


def _domain(email: Column) -> Column:
    domain = F.lower(F.substring_index(email, "@", -1))
    has_domain = F.contains(email, F.lit("@"))
    non_empty = F.nullif(domain, F.lit(""))

    return F.when(has_domain, non_empty)

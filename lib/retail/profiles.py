"""Customer profiles: what reports group by, derived from what the customer told."""

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
    *Columns*: needs ``age`` (int, years) and ``email`` (text) -> adds ``age_group`` (text: ``0-17``, ``18-24``, ...,
    ``65+``; NULL where the age is NULL or outside 0 to 120) and ``email_domain`` (text, in lower case; NULL where
    the address is NULL or has no ``@``).

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
    known = F.when(~age.between(0, OLDEST), None)
    for start, following in pairwise(GROUP_STARTS):
        known = known.when(age < following, f"{start}-{following - 1}")
    return known.when(age.isNotNull(), f"{GROUP_STARTS[-1]}+")


def _domain(email: Column) -> Column:
    domain = F.lower(F.substring_index(email, "@", -1))
    return F.when(F.contains(email, F.lit("@")), F.nullif(domain, F.lit("")))

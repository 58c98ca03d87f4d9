from __future__ import annotations

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lakesmith.testing import frame
from lakesmith.transforms.keys.ties import refuse_ties

DDL = "id int, tags array<int>, _seq struct<at:int>"


def test_equal_rows_of_one_sequence_are_no_tie(spark: SparkSession) -> None:
    rows = [(1, [1], (5,)), (1, [1], (5,)), (1, None, (6,)), (None, [2], (5,))]
    assert frame(spark, DDL, rows).transform(refuse_ties(["id"])).count() == 4


@pytest.mark.parametrize("other", [(1, [2], (5,)), (1, None, (5,))])
def test_two_rows_of_one_sequence_fail_with_their_key(spark: SparkSession, other: tuple[object, ...]) -> None:
    df = frame(spark, DDL, [(1, [1], (5,)), other])
    with pytest.raises(PySparkException, match=r'LAKESMITH_TIED_ROWS \{"id":1,"_seq":\{"at":5\}\}'):
        df.transform(refuse_ties(["id"])).collect()


def test_null_is_a_key_and_a_sequence(spark: SparkSession) -> None:
    df = frame(spark, DDL, [(None, [1], None), (None, [2], None)])
    with pytest.raises(PySparkException, match="LAKESMITH_TIED_ROWS"):
        df.transform(refuse_ties(["id"])).collect()

"""Hold the Bloom filter that a table keeps of its keys, for joins that ask it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.types import WHOLE, family

if TYPE_CHECKING:
    from lakesmith.sketches.bloom_sizing import Shape


@dataclass(frozen=True)
class StoredFilter:
    """A filter that was built of all keys of a frame.

    Parameters
    ----------
    blocks : DataFrame
        As `bloom_build` gives it, one row a block, of one partition.
    shape : Shape
    key : mapping of str to str
        Columns of the key and the types by which they were hashed.

    Examples
    --------
    >>> from lakesmith.sketches.bloom import bloom_build
    >>> from lakesmith.sketches.bloom_sizing import Shape
    >>> shape = Shape(8)
    >>> blocks = bloom_build(spark.range(3), {"id": "bigint"}, shape)
    >>> StoredFilter(blocks, shape, {"id": "bigint"}).fits(["ID"], {"id": "int"})
    True
    """

    blocks: DataFrame
    shape: Shape
    key: Mapping[str, str]

    def fits(self, on: Sequence[str], kinds: Mapping[str, str]) -> bool:
        """Return whether it answers for a key with these columns of these types.

        Parameters
        ----------
        on : sequence of str
        kinds : mapping of str to str
            Types by column in lower case.

        Notes
        -----
        Whole numbers of any width have one hash. All other values have the hash of their type.
        """
        wanted = {name.lower(): kinds.get(name.lower(), "") for name in on}
        held = {name.lower(): kind for name, kind in self.key.items()}
        if wanted.keys() != held.keys():
            return False
        return all(_hash_alike(wanted[name], kind) for name, kind in held.items())


def _hash_alike(one: str, other: str) -> bool:
    if one == other:
        return True
    return family(one) in WHOLE and family(other) in WHOLE

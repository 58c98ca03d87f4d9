"""Cover many values by few ranges."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from lakesmith.tables.pruning.ordinals import gap

Span = tuple[Any, Any]


def ranges(values: Sequence[Any], most: int) -> list[Span]:
    """Cover sorted values by at most `most` ranges, split at the widest gaps.

    Examples
    --------
    >>> ranges([1, 2, 3, 90, 91], 2)
    [(1, 3), (90, 91)]
    >>> ranges(["536365", "536370", "C536379"], 2)
    [('536365', '536370'), ('C536379', 'C536379')]
    """
    spans = [(value, value) for value in values]
    return join_spans(spans, most)


def join_spans(spans: Sequence[Span], most: int) -> list[Span]:
    """Join neighbouring ranges across the narrowest gaps until at most `most` are left.

    Examples
    --------
    >>> join_spans([(1, 2), (4, 5), (90, 91)], 2)
    [(1, 5), (90, 91)]
    """
    if not spans:
        return []
    gaps = [gap(left[1], right[0]) for left, right in pairwise(spans)]
    by_width = sorted(
        range(len(gaps)),
        key=gaps.__getitem__,
        reverse=True,
    )
    cuts = sorted(by_width[: most - 1])
    starts = [0, *(cut + 1 for cut in cuts)]
    ends = [*cuts, len(spans) - 1]
    pairs = zip(starts, ends, strict=True)
    return [(spans[start][0], spans[end][1]) for start, end in pairs]


def merge_overlaps(spans: Sequence[Span]) -> list[Span]:
    """Join ranges that overlap, in ascending order.

    Examples
    --------
    >>> merge_overlaps([(7, 9), (1, 3), (2, 4)])
    [(1, 4), (7, 9)]
    """
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            first, last = merged[-1]
            merged[-1] = (first, max(high, last))
        else:
            merged.append((low, high))
    return merged

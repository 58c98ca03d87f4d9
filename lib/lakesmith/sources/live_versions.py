"""Tell which versions of a table changed its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lakesmith.sources.base import TableHead

Voids = Sequence[tuple[int, int]]


def live_versions(since: int, to: int, voids: Voids) -> list[int]:
    """Return the versions after `since` up to `to` that no void covers.

    Examples
    --------
    >>> live_versions(3, 7, [(5, 6)])
    [4, 7]
    """
    versions = range(since + 1, to + 1)
    return [version for version in versions if not _is_void(version, voids)]


def _is_void(version: int, voids: Voids) -> bool:
    return any(low <= version <= high for low, high in voids)


def live_spans(since: int, to: int, voids: Voids) -> list[tuple[int, int]]:
    """Return the version ranges after `since` up to `to` that no void covers.

    A void is a refused batch and the restore that undid it: together they change nothing.

    Examples
    --------
    >>> live_spans(3, 9, [(5, 6)])
    [(4, 4), (7, 9)]
    """
    spans: list[tuple[int, int]] = []
    for version in live_versions(since, to, voids):
        if spans and spans[-1][1] == version - 1:
            spans[-1] = (spans[-1][0], version)
        else:
            spans.append((version, version))
    return spans


def has_moved(upstream: TableHead, since: int | None) -> bool:
    """Return whether a table may hold other rows than at a version that was read.

    Maintenance alone moves nothing.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> upstream = SimpleNamespace(version=5, voids=[(4, 5)])
    >>> has_moved(upstream, 3), has_moved(upstream, 2), has_moved(upstream, None)
    (False, True, True)
    """
    newest = upstream.version
    if since is None or newest is None:
        return True
    if since >= newest:
        return since > newest
    return bool(live_spans(since, newest, upstream.voids))

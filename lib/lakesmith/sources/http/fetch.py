"""Ask an API for all of its pages, and land what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lakesmith.errors import InputError
from lakesmith.sources.http.landing import Draft, Landing, Manifest
from lakesmith.sources.http.marks import Marks
from lakesmith.sources.http.pages import Request, first_request, next_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lakesmith.sources.http.client import Client
    from lakesmith.sources.http.page import Page
    from lakesmith.spec.model.http import HttpSource


class _UnlikeError(Exception):
    """Tell that pages do not fit each other, as when rows came while they were read."""


def fetch(client: Client, landing: Landing) -> str | None:
    """Land the records that are new as one extract.

    Parameters
    ----------
    client : Client
    landing : Landing

    Returns
    -------
    str or None
        Name of the extract; None when all records are those of extracts before it.

    Raises
    ------
    InputError
        LS225 to LS227 when the API refuses, does not answer, or gives pages that do not fit each
        other. LS221, LS222 for values by which new records cannot be known.

    Notes
    -----
    One page is in memory at a time. An extract that was not completed is never read.
    """
    known = landing.after(None)
    last = landing.manifest(known[-1]) if known else None
    _require_place(client, last)
    for attempt in range(1, client.source.attempts + 1):
        draft = landing.begin()
        try:
            manifest = _Extract(client, draft, last).read()
        except _UnlikeError as error:
            draft.discard()
            if attempt == client.source.attempts:
                raise _unlike(client, error) from None
        except BaseException:
            draft.discard()
            raise
        else:
            return _completed(client.source, draft, manifest, last)
    return None


def first_page(client: Client) -> tuple[str, ...]:
    """Return the records of the first page, of which nothing lands."""
    asked = asked_since(client.source, client.where, None)
    request = first_request(client.source, asked)
    return client.get(request.url, request.parameters).records


def asked_since(source: HttpSource, where: str, mark: str | None) -> dict[str, str]:
    """Return the parameter that asks for what is new since a mark.

    Examples
    --------
    >>> from lakesmith.spec.model.http import HttpSource
    >>> at = {"url": "https://api.example.com/orders", "columns": ("id",)}
    >>> new = {"parameter": "since", "field": "at", "start": "2024-01-01"}
    >>> source = HttpSource(**at, incremental=new)
    >>> asked_since(source, "sources.a", None), asked_since(source, "sources.a", "2024-02-01")
    ({'since': '2024-01-01'}, {'since': '2024-02-01'})
    """
    incremental = source.incremental
    if incremental is None:
        return {}
    since = Marks(incremental, where).low(mark) if mark else incremental.start
    return {incremental.parameter: since} if since is not None else {}


@dataclass
class _Extract:
    """The pages of one extract, read one after the other."""

    client: Client
    draft: Draft
    last: Manifest | None
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    near: dict[str, str] = field(default_factory=dict)
    new: int = 0
    repeated: int = 0

    def __post_init__(self) -> None:
        incremental = self.client.source.incremental
        self.marks = Marks(incremental, self.client.where) if incremental else None
        self.mark = self.last.mark if self.last and self.marks else None
        self.seen: Mapping[str, str] = self.last.near if self.last else {}

    def read(self) -> Manifest:
        count = 0
        for count, page in enumerate(self._pages(), 1):
            new = [record for record in page.records if self._is_new(record)]
            self.draft.add(count, page.content, new)
            for record in new:
                self.digest.update(record.encode())
            self.new += len(new)
        return Manifest(
            records=self.new,
            repeated=self.repeated,
            pages=count,
            digest=self.digest.hexdigest(),
            place=_place(self.client.source),
            mark=self.mark,
            near=self._still_near(),
        )

    def _pages(self) -> Iterator[Page]:
        source = self.client.source
        asked = asked_since(source, self.client.where, self.mark)
        request: Request | None = first_request(source, asked)
        before: Page | None = None
        seen: set[tuple[str, ...]] = set()
        while request is not None:
            place = (request.url, *map(str, sorted(request.parameters.items())))
            if place in seen:
                raise _UnlikeError(
                    f"page {request.number + 1} leads back to one before it"
                )
            seen.add(place)
            page = self.client.get(request.url, request.parameters)
            if before and page.records and page.records == before.records:
                raise _UnlikeError(
                    f"page {request.number + 1} is the one before it again"
                )
            yield page
            read = request.read + len(page.records)
            request = next_request(source, request, page)
            before = page
            if request is None:
                self._require_total(page, read)

    def _require_total(self, page: Page, read: int) -> None:
        keys = self.client.source.total
        if keys is None:
            return
        total = page.value(keys)
        if total != str(read):
            raise _UnlikeError(
                f"the pages have {read} records, and '{keys}' is {total}"
            )

    def _is_new(self, record: str) -> bool:
        if self.marks is None:
            return True
        mark = self.marks.of(record)
        digest = hashlib.sha256(record.encode()).hexdigest()[:32]
        self.near[digest] = mark
        self.mark = self.marks.later(self.mark, mark)
        is_new = digest not in self.seen
        self.repeated += not is_new
        return is_new

    def _still_near(self) -> dict[str, str]:
        """Return the digests of the records that the next request may give again."""
        if self.marks is None or self.mark is None:
            return {}
        marks = self.marks
        low = marks.low(self.mark)
        known = {**self.seen, **self.near}
        return {one: mark for one, mark in known.items() if marks.is_near(mark, low)}


def _place(source: HttpSource) -> str:
    """Return what the marks of a source belong to."""
    return f"{source.url} by {source.incremental.field}" if source.incremental else ""


def _require_place(client: Client, last: Manifest | None) -> None:
    """Refuse an extract whose mark is of another API or field."""
    place = _place(client.source)
    if last is None or not place or last.place in ("", place):
        return
    raise InputError(
        f"the records up to {last.mark} were read from {last.place}, and not from {place}",
        code="LS223",
        where=f"{client.where}.incremental",
        hint="land the other one as a source of another name, in another table",
    )


def _completed(
    source: HttpSource, draft: Draft, manifest: Manifest, last: Manifest | None
) -> str | None:
    """Complete an extract that has something new."""
    is_same = last is not None and manifest.digest == last.digest
    is_old = manifest.records == 0 if source.incremental else is_same
    if is_old:
        draft.discard()
        return None
    return draft.complete(manifest)


def _unlike(client: Client, error: Exception) -> InputError:
    return InputError(
        f"{error}, in {client.source.attempts} attempts",
        code="LS227",
        where=f"{client.where}.pages",
        hint="correct `pages` and `total`, or run again when the API is at rest",
    )

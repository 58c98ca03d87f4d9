"""Follow the pages of an API, in each of the ways that APIs have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakesmith.spec.model.http import (
    CursorPages,
    LinkPages,
    NumberPages,
    OffsetPages,
)

if TYPE_CHECKING:
    from lakesmith.sources.http.page import Page
    from lakesmith.spec.model.http import HttpSource


@dataclass(frozen=True)
class Request:
    """A request for a page. `read` are the records of all pages before it, `number` is its place.

    Examples
    --------
    >>> Request("https://api.example.com/orders", {"page": "1"}).number
    0
    """

    url: str
    parameters: Mapping[str, str]
    number: int = 0
    read: int = 0


Follow = Callable[[Any, Request, "Page"], "Request | None"]


def first_request(source: HttpSource, asked: Mapping[str, str]) -> Request:
    """Return the request for the first page.

    `asked` are the parameters that ask for what is new.

    Examples
    --------
    >>> from lakesmith.spec.model.http import HttpSource
    >>> at = {"url": "https://api.example.com/orders", "columns": ("id",)}
    >>> first_request(HttpSource(**at, pages={"by": "number"}), {"since": "7"}).parameters
    {'since': '7', 'page': '1'}
    """
    parameters = {**source.parameters, **asked}
    pages = source.pages
    if isinstance(pages, NumberPages):
        parameters[pages.parameter] = str(pages.first)
    return Request(source.url, parameters)


def next_request(source: HttpSource, request: Request, page: Page) -> Request | None:
    """Return the request behind a page, or None when it is the last one.

    Examples
    --------
    >>> from lakesmith.sources.http.page import Page
    >>> from lakesmith.spec.model.http import HttpSource
    >>> at = {"url": "https://api.example.com/orders", "columns": ("id",)}
    >>> source = HttpSource(**at, pages={"by": "offset"})
    >>> following = next_request(source, Request(source.url, {}), Page(b"", ("{}", "{}")))
    >>> following.parameters
    {'offset': '2'}
    >>> next_request(source, following, Page(b"", ())) is None
    True
    """
    if source.pages is None:
        return None
    follow = _FOLLOW[source.pages.by]
    return follow(source.pages, request, page)


def _by_number(pages: NumberPages, request: Request, page: Page) -> Request | None:
    if not page.records:
        return None
    following = pages.first + request.number + 1
    return _behind(request, page, {pages.parameter: str(following)})


def _by_offset(pages: OffsetPages, request: Request, page: Page) -> Request | None:
    if not page.records:
        return None
    offset = request.read + len(page.records)
    return _behind(request, page, {pages.parameter: str(offset)})


def _by_cursor(pages: CursorPages, request: Request, page: Page) -> Request | None:
    cursor = page.value(pages.field)
    return _behind(request, page, {pages.parameter: cursor}) if cursor else None


def _by_link(pages: LinkPages, request: Request, page: Page) -> Request | None:
    link = page.value(pages.field) if pages.field else page.link
    if not link:
        return None
    # The address has all parameters.
    following = _behind(request, page, {})
    return Request(link, {}, following.number, following.read)


def _behind(request: Request, page: Page, changed: Mapping[str, str]) -> Request:
    return Request(
        request.url,
        {**request.parameters, **changed},
        request.number + 1,
        request.read + len(page.records),
    )


_FOLLOW: Mapping[str, Follow] = {
    "number": _by_number,
    "offset": _by_offset,
    "cursor": _by_cursor,
    "link": _by_link,
}

"""Ask an API for pages, again where it fails for a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
from requests import exceptions

from lakesmith.duration import parse_age
from lakesmith.errors import InputError
from lakesmith.sources.files.documents.read import UnreadableError
from lakesmith.sources.http.auth import auth_headers
from lakesmith.sources.http.page import Page, page_of

if TYPE_CHECKING:
    from lakesmith.spec.model.http import HttpSource

_FOR_A_TIME = frozenset({408, 425, 429, 500, 502, 503, 504})
# A server that asks for more patience than this is left to the next run.
_LONGEST_PAUSE = 300.0
_CHUNK = 1 << 16
_SLOW = 10
_WORDS: Mapping[type[Exception], str] = {
    exceptions.SSLError: "its certificate cannot be checked",
    exceptions.Timeout: "there is no answer within the timeout",
    exceptions.ChunkedEncodingError: "the answer is cut off",
    exceptions.ContentDecodingError: "the answer is damaged",
    exceptions.ConnectionError: "it cannot be reached",
}


class _ForATimeError(Exception):
    """Tell what may be well at the next attempt."""

    def __init__(self, what: str, pause: float | None = None) -> None:
        super().__init__(what)
        self.pause = pause


@dataclass
class Client:
    """Ask one API.

    Parameters
    ----------
    source : HttpSource
    where : str
        The place of the source in the specs.
    sleep : callable, optional
        Waits so many seconds.
    """

    source: HttpSource
    where: str
    sleep: Callable[[float], None] = time.sleep
    _next_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Open a session, which keeps connections."""
        self._http = requests.Session()
        self._http.headers["Accept"] = "application/json"
        self._http.headers.update(self.source.headers)
        self._http.auth = _Auth(self.source, self.where)

    def get(self, url: str, parameters: Mapping[str, str]) -> Page:
        """Return a page.

        Parameters
        ----------
        url : str
            Absolute, or as a page before links to it.
        parameters : mapping of str to str

        Raises
        ------
        InputError
            LS225 when the API refuses, LS226 when no attempt gives a page.
        """
        address = self._address(url)
        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.source.attempts),
            wait=_pause,
            retry=tenacity.retry_if_exception_type(_ForATimeError),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return attempts(self._ask, address, parameters)
        except _ForATimeError as error:
            raise InputError(
                f"{_shown(address)} gave no page in {self.source.attempts} attempts: {error}",
                code="LS226",
                where=self.where,
                hint="run again when the API answers",
            ) from None

    def _address(self, url: str) -> str:
        address = urljoin(self.source.url, url)
        if _origin(address) == _origin(self.source.url):
            return address
        raise InputError(
            f"a page links to {_shown(address)}, which is another server",
            code="LS227",
            where=f"{self.where}.pages",
            hint="the secrets of this source are not sent there: correct the API",
        )

    def _ask(self, address: str, parameters: Mapping[str, str]) -> Page:
        self._keep_rate()
        seconds = parse_age(self.source.timeout).total_seconds()
        try:
            answer = self._http.get(
                address,
                params=parameters,
                timeout=seconds,
                allow_redirects=False,
                stream=True,
            )
            with answer:
                self._require_page(answer, address)
                content = _content(answer, seconds * _SLOW)
            return page_of(content, answer.headers.get("Link", ""), self.source)
        except UnreadableError as error:
            begins = content[:40].decode("utf-8", "replace")
            raise _ForATimeError(f"{error}; it begins with {begins!r}") from None
        except exceptions.RequestException as error:
            raise _ForATimeError(_in_words(error)) from None

    def _keep_rate(self) -> None:
        if self.source.requests_per_second is None:
            return
        now = time.monotonic()
        if now < self._next_at:
            self.sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + 1 / self.source.requests_per_second

    def _require_page(self, answer: requests.Response, address: str) -> None:
        status = f"{answer.status_code} {answer.reason}".strip()
        if answer.status_code in _FOR_A_TIME:
            raise _ForATimeError(f"status {status}", _retry_after(answer))
        if answer.status_code == requests.codes.ok:
            return
        raise InputError(
            f"{_shown(address)} answers with status {status}",
            code="LS225",
            where=self.where,
            hint=_hint(answer),
        )


class _Auth(requests.auth.AuthBase):
    """Add the headers of a source to each request, which keeps passwords of the system out."""

    def __init__(self, source: HttpSource, where: str) -> None:
        self.auth = source.auth
        self.where = f"{where}.auth"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.auth is not None:
            request.headers.update(auth_headers(self.auth, self.where))
        return request


def _pause(state: tenacity.RetryCallState) -> float:
    """Return the seconds that the server asks for, or those of a random exponential backoff."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.pause if isinstance(error, _ForATimeError) else None
    backoff = tenacity.wait_random_exponential(multiplier=0.5, max=60)
    return backoff(state) if asked is None else asked


def _retry_after(answer: requests.Response) -> float | None:
    """Return the seconds that a server asks to wait, which it names as a number or as a date."""
    given = answer.headers.get("Retry-After")
    if given is None:
        return None
    if given.strip().isdigit():
        return min(float(given), _LONGEST_PAUSE)
    try:
        seconds = parsedate_to_datetime(given).timestamp() - time.time()
    except ValueError:
        return None
    return min(max(seconds, 0.0), _LONGEST_PAUSE)


def _content(answer: requests.Response, seconds: float) -> bytes:
    """Return the whole answer, which may not come in drops for ever."""
    end = time.monotonic() + seconds
    chunks: list[bytes] = []
    for chunk in answer.iter_content(_CHUNK):
        chunks.append(chunk)
        if time.monotonic() > end:
            raise _ForATimeError("the answer takes too long")
    return b"".join(chunks)


def _in_words(error: Exception) -> str:
    """Return what is wrong without the address, whose query may hold a secret."""
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return words
    return type(error).__name__


def _hint(answer: requests.Response) -> str:
    if answer.status_code in (401, 403):
        return "correct the secret that `auth` refers to, or its rights"
    if answer.is_redirect:
        return (
            f"write the address that it moved to: {_shown(answer.headers['Location'])}"
        )
    return "correct `url` and `parameters`"


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _shown(url: str) -> str:
    """Return an address without its query, which may hold a secret."""
    return url.partition("?")[0]

"""Pages of a real server land whole or not at all, whatever it answers in between."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from time import time
from typing import Any

import pytest
from pydantic import ValidationError

from lakesmith.errors import InputError
from lakesmith.sources.http.client import Client
from lakesmith.sources.http.fetch import fetch
from lakesmith.sources.http.landing import Landing
from lakesmith.spec.model.http import HttpSource
from tests.services.http_api import Answer, Api, Asked, http_api, in_pages

BY_NUMBER = {"pages": {"by": "number"}}
SINCE = {"incremental": {"parameter": "since", "field": "at"}}
ROWS = [{"id": n, "at": f"2024-03-0{n}T10:00:00Z"} for n in range(1, 8)]


@pytest.fixture(scope="module")
def server() -> Iterator[Api]:
    with http_api() as api:
        yield api


@pytest.fixture
def api(server: Api) -> Api:
    server.asked.clear()
    server.troubles.clear()
    return server


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing")


class Waits(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def client(api: Api, waits: Waits | None = None, **settings: Any) -> Client:
    source = HttpSource.model_validate({"url": api.url, "columns": ("id",), **settings})
    return Client(source, "sources.orders", waits if waits is not None else Waits())


def ids(landing: Landing, name: str | None) -> list[int]:
    files = landing.files(name) if name else []
    lines = [line for file in files for line in gzip.decompress(Path(file).read_bytes()).splitlines()]
    return [json.loads(line)["id"] for line in lines]


def by_offset(asked: Asked) -> Answer:
    start = int(asked.query.get("offset", "0"))
    return Answer({"rows": ROWS[start : start + 3], "total": len(ROWS)})


def by_cursor(asked: Asked) -> Answer:
    start = int(asked.query.get("cursor", "0"))
    following = str(start + 3) if start + 3 < len(ROWS) else None
    return Answer({"rows": ROWS[start : start + 3], "meta": {"next": following}})


def by_header(asked: Asked) -> Answer:
    start = int(asked.query.get("from", "0"))
    link = f'</orders?from=0>; rel="first", </orders?from={start + 3}&size=3>; rel="next"'
    headers = {"Link": link} if start + 3 < len(ROWS) else {}
    return Answer(ROWS[start : start + 3], headers=headers)


def by_address(asked: Asked) -> Answer:
    start = int(asked.query.get("from", "0"))
    following = f"orders?from={start + 3}" if start + 3 < len(ROWS) else False
    return Answer({"rows": ROWS[start : start + 3], "next": following})


@pytest.mark.parametrize(("answers", "settings", "requests"), [
    (lambda _: Answer(ROWS), {}, 1),
    (in_pages(ROWS, 3), BY_NUMBER, 4),
    (in_pages(ROWS, 3, first=0), {"pages": {"by": "number", "first": 0}}, 4),
    (by_offset, {"pages": {"by": "offset"}, "records": "rows", "total": "total"}, 4),
    (by_cursor, {"pages": {"by": "cursor", "field": "meta.next"}, "records": "rows"}, 3),
    (by_header, {"pages": {"by": "link"}}, 3),
    (by_address, {"pages": {"by": "link", "field": "next"}, "records": "rows"}, 3),
], ids=["one answer", "number", "number from 0", "offset", "cursor", "header", "address"])  # fmt: skip
def test_all_pages_land(api: Api, landing: Landing, answers: Any, settings: dict[str, Any], requests: int) -> None:
    api.answers = answers
    name = fetch(client(api, **settings), landing)
    assert ids(landing, name) == [1, 2, 3, 4, 5, 6, 7]
    assert len(api.asked) == requests


TROUBLES = {
    "status": Answer("", 503),
    "too many": Answer("", 429),
    "cut off": Answer(ROWS, cut=9),
    "cut JSON": Answer(json.dumps(ROWS).encode()[:-9]),
    "HTML": Answer(b"<html>please wait</html>"),
    "damaged gzip": Answer(b"no gzip", headers={"Content-Encoding": "gzip"}),
    "silent": Answer(ROWS, seconds=1.5),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_trouble_that_passes_costs_an_attempt(api: Api, landing: Landing, trouble: Answer) -> None:
    api.answers = in_pages(ROWS, 4)
    api.troubles = [trouble, trouble]
    name = fetch(client(api, attempts=3, timeout="1s", **BY_NUMBER), landing)
    assert ids(landing, name) == [1, 2, 3, 4, 5, 6, 7]
    assert len(api.asked) == 5


@pytest.mark.parametrize(("trouble", "what"), [
    (TROUBLES["status"], "status 503 Service Unavailable"),
    (TROUBLES["cut off"], "the answer is cut off"),
    (TROUBLES["HTML"], "the file is no JSON: .*; it begins with '<html>please wait</html>'"),
    (TROUBLES["silent"], "there is no answer within the timeout"),
], ids=["status", "cut off", "HTML", "silent"])  # fmt: skip
def test_a_trouble_that_stays_lands_nothing(api: Api, landing: Landing, trouble: Answer, what: str) -> None:
    source = client(api, attempts=2, timeout="1s", **BY_NUMBER)
    api.answers = lambda asked: Answer(ROWS[:4]) if asked.query["page"] == "1" else trouble
    with pytest.raises(InputError, match=f"LS226 .*gave no page in 2 attempts: {what}"):
        fetch(source, landing)
    assert landing.after(None) == []


@pytest.mark.parametrize(("given", "least", "most"), [("7", 7, 7), (None, 0, 0.5), ("100000", 300, 300)])
def test_a_server_says_how_long_to_wait(
    api: Api, landing: Landing, given: str | None, least: float, most: float
) -> None:
    api.answers = lambda _: Answer(ROWS)
    api.troubles = [Answer("", 429, {"Retry-After": given} if given else {})]
    waits = Waits()
    fetch(client(api, waits), landing)
    (seconds,) = waits
    assert least <= seconds <= most


def test_a_server_names_a_time_to_wait_for(api: Api, landing: Landing) -> None:
    api.answers = lambda _: Answer(ROWS)
    api.troubles = [Answer("", 503, {"Retry-After": formatdate(time() + 60, usegmt=True)})]
    waits = Waits()
    fetch(client(api, waits), landing)
    assert 50 < waits[0] <= 60


@pytest.mark.parametrize(("answer", "hint"), [
    (Answer("", 401), "correct the secret that `auth` refers to"),
    (Answer("", 404), "correct `url` and `parameters`"),
    (Answer("", 301, {"Location": "https://new.example.com/orders?key=x"}), "moved to: https://new.example.com/orders$"),
], ids=["401", "404", "301"])  # fmt: skip
def test_a_refusal_is_not_tried_again(api: Api, landing: Landing, answer: Answer, hint: str) -> None:
    api.answers = lambda _: answer
    with pytest.raises(InputError, match=f"(?s)LS225 .*status {answer.status}.*{hint}"):
        fetch(client(api), landing)
    assert len(api.asked) == 1


@pytest.mark.parametrize(("settings", "answers", "what"), [
    (BY_NUMBER, lambda _: Answer(ROWS), "page 2 is the one before it again"),
    ({"pages": {"by": "cursor", "field": "next"}, "records": "rows"},
     lambda asked: Answer({"rows": [{"id": len(asked.query)}], "next": "7"}), "page 3 leads back to one before it"),
    ({"pages": {"by": "offset"}, "records": "rows", "total": "total"},
     lambda asked: Answer({"rows": ROWS[3:], "total": 7}) if not asked.query else Answer({"rows": [], "total": 7}),
     "the pages have 4 records, and 'total' is 7"),
], ids=["again", "back", "total"])  # fmt: skip
def test_pages_that_do_not_fit_land_nothing(
    api: Api, landing: Landing, settings: dict[str, Any], answers: Any, what: str
) -> None:
    api.answers = answers
    with pytest.raises(InputError, match=f"LS227 {what}, in 2 attempts"):
        fetch(client(api, attempts=2, **settings), landing)
    assert landing.after(None) == []


def test_a_total_that_changes_while_pages_are_read_reads_them_again(api: Api, landing: Landing) -> None:
    totals = iter([7, 7, 9, 7, 7, 7])

    def answers(asked: Asked) -> Answer:
        start = int(asked.query.get("offset", "0"))
        return Answer({"rows": ROWS[start : start + 4], "total": next(totals)})

    api.answers = answers
    name = fetch(client(api, pages={"by": "offset"}, records="rows", total="total"), landing)
    assert ids(landing, name) == [1, 2, 3, 4, 5, 6, 7]
    assert len(api.asked) == 6


def test_a_link_to_another_server_gets_no_secret(api: Api, landing: Landing) -> None:
    api.answers = lambda _: Answer({"rows": ROWS, "next": "https://other.example.com/orders?page=2"})
    with pytest.raises(InputError, match=r"LS227 a page links to https://other.example.com/orders, which is another"):
        fetch(client(api, pages={"by": "link", "field": "next"}, records="rows"), landing)


SECRETS = {
    "bearer": ({"type": "bearer", "token": {"env": "API_SECRET"}}, "Authorization", "Bearer s3cret"),
    "basic": ({"type": "basic", "user": "ann", "password": {"env": "API_SECRET"}}, "Authorization", "Basic YW5uOnMzY3JldA=="),
    "header": ({"type": "header", "name": "X-Api-Key", "value": {"env": "API_SECRET"}}, "X-Api-Key", "s3cret"),
}  # fmt: skip


@pytest.mark.parametrize(("auth", "name", "value"), SECRETS.values(), ids=SECRETS)
def test_a_secret_is_sent_and_never_shown(
    api: Api, landing: Landing, monkeypatch: pytest.MonkeyPatch, auth: dict[str, Any], name: str, value: str
) -> None:
    monkeypatch.setenv("API_SECRET", "s3cret")
    api.answers = lambda _: Answer("", 403)
    with pytest.raises(InputError) as caught:
        fetch(client(api, auth=auth, parameters={"key": "shown"}), landing)
    assert api.asked[0].headers[name] == value
    assert "s3cret" not in str(caught.value)
    assert "shown" not in str(caught.value)


def test_a_server_that_is_not_there_is_one_error(landing: Landing) -> None:
    with http_api() as gone:
        source = client(gone, attempts=2, parameters={"key": "shown"})
    with pytest.raises(InputError, match=r"LS226 .*it cannot be reached") as caught:
        fetch(source, landing)
    assert "shown" not in str(caught.value)


def test_requests_keep_their_rate(api: Api, landing: Landing) -> None:
    api.answers = in_pages(ROWS, 3)
    waits = Waits()
    fetch(client(api, waits, requests_per_second=0.1, **BY_NUMBER), landing)
    assert len(waits) == 3
    assert 9 < waits[0] <= 10


def since(rows: list[dict[str, Any]]) -> Any:
    def answers(asked: Asked) -> Answer:
        low = asked.query.get("since", "")
        return Answer([row for row in rows if str(row["at"]) >= low])

    return answers


def test_only_new_records_land(api: Api, landing: Landing) -> None:
    rows = ROWS[:2]
    api.answers = since(rows)
    source = client(api, **SINCE)
    assert ids(landing, fetch(source, landing)) == [1, 2]
    assert fetch(source, landing) is None
    rows += [ROWS[2], {"id": 2, "at": ROWS[1]["at"], "note": "again"}]
    assert ids(landing, fetch(source, landing)) == [3, 2]
    assert api.asked[-1].query == {"since": "2024-03-02T10:00:00Z"}
    assert fetch(source, landing) is None


def test_a_record_that_comes_late_lands_within_the_overlap(api: Api, landing: Landing) -> None:
    rows = ROWS[:3]
    api.answers = since(rows)
    source = client(api, incremental=SINCE["incremental"] | {"overlap": "1d"})
    fetch(source, landing)
    rows += [{"id": 8, "at": "2024-03-02T11:00:00Z"}, {"id": 9, "at": "2024-03-01T09:00:00Z"}]
    assert ids(landing, fetch(source, landing)) == [8]
    assert api.asked[-1].query == {"since": "2024-03-02T10:00:00Z"}


@pytest.mark.parametrize(("row", "code", "what"), [
    ({"id": 1}, "LS222", "a record has no 'at'"),
    ({"id": 1, "at": "2999-01-01"}, "LS222", "a record has 2999-01-01, more than a day ahead"),
    ({"id": 1, "at": "soon"}, "LS221", "'at' is 'soon', by which new records cannot be known"),
    ({"id": 1, "at": 7}, "LS222", "the values .* have no order"),
], ids=["none", "ahead", "text", "mixed"])  # fmt: skip
def test_values_by_which_nothing_is_known_to_be_new_land_nothing(
    api: Api, landing: Landing, row: dict[str, Any], code: str, what: str
) -> None:
    api.answers = lambda _: Answer([ROWS[0], row])
    with pytest.raises(InputError, match=f"{code} {what}"):
        fetch(client(api, **SINCE), landing)
    assert landing.after(None) == []


def test_marks_of_another_field_are_refused(api: Api, landing: Landing) -> None:
    api.answers = lambda _: Answer(ROWS)
    fetch(client(api, **SINCE), landing)
    with pytest.raises(InputError, match=r"LS223 the records up to 2024-03-07T10:00:00Z were read from .* by at"):
        fetch(client(api, incremental={"parameter": "since", "field": "id"}), landing)


def test_an_answer_that_did_not_change_does_not_land_again(api: Api, landing: Landing) -> None:
    api.answers = lambda _: Answer(ROWS)
    source = client(api)
    assert fetch(source, landing) is not None
    assert fetch(source, landing) is None
    api.answers = lambda _: Answer([])
    assert ids(landing, fetch(source, landing)) == []
    assert len(landing.after(None)) == 2


def test_answers_are_kept_as_they_came(api: Api, landing: Landing) -> None:
    answer = b'{"rows": [ {"id": 1.50} ], "total": 1}'
    api.answers = lambda _: Answer(answer)
    name = fetch(client(api, records="rows"), landing)
    assert name is not None
    assert gzip.decompress((landing.root / name / "page-000001.json.gz").read_bytes()) == answer
    assert ids(landing, name) == [1.5]


def test_an_extract_that_was_not_completed_is_never_read(api: Api, landing: Landing) -> None:
    draft = landing.begin()
    draft.add(1, b"[]", ['{"id":9}'])
    assert landing.after(None) == []
    api.answers = lambda _: Answer(ROWS[:1])
    name = fetch(client(api), landing)
    assert [path.name for path in landing.root.iterdir()] == [name]


@pytest.mark.parametrize(("settings", "what"), [
    ({"url": "ftp://example.com"}, "an address that begins with https:// or http:// expected"),
    ({"url": "https://ann:pw@example.com/orders"}, "write the user in `auth`"),
    ({"url": "https://example.com/orders?key=1"}, "the query in `parameters`"),
    ({"parameters": {"page": "7"}, **BY_NUMBER}, "parameter page has two meanings"),
    ({"auth": {"type": "bearer", "token": "s3cret"}}, "token"),
], ids=["scheme", "user", "query", "parameter", "token"])  # fmt: skip
def test_settings_that_mean_nothing_are_refused(settings: dict[str, Any], what: str) -> None:
    given = {"url": "https://example.com/orders", "columns": ("id",), **settings}
    with pytest.raises(ValidationError, match=what):
        HttpSource.model_validate(given)

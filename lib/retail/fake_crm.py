"""Invent a feed of profile changes, out of order, with repeats, deletes and broken rows."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from retail.catalogue import (
    COUNTRIES,
    FIRST_NAMES,
    HOME_COUNTRY,
    LAST_NAMES,
    MAIL_DOMAINS,
)
from retail.fake_orders import CUSTOMERS, FIRST_CUSTOMER

Change = dict[str, Any]

UNFINISHED = '{"customer_id": 12346, "op": "U", "changed_at": "2011'

BROKEN: dict[str, Change] = {
    "e-mail without a sign": {"email": "ann.mail.example"},
    "e-mail without a domain": {"email": "ann@"},
    "age too high": {"age": 150},
    "age below zero": {"age": -1},
    "age is no number": {"age": "unknown"},
    "customer missing": {"customer_id": None},
    "customer is no number": {"customer_id": "VIP"},
    "moment missing": {"changed_at": None},
    "moment is no date": {"changed_at": "yesterday"},
}


def crm_files(
    random: Random, first_day: date, days: int, scale: int
) -> list[list[str]]:
    """Invent all profile changes and spread them over one file a day.

    Parameters
    ----------
    random : Random
    first_day : date
    days : int
    scale : int
        Times the customers.

    Returns
    -------
    list of list of str
        The JSON lines of each file; most changes land on their day, some earlier or later, some
        twice.

    Examples
    --------
    >>> [len(lines) > 60 for lines in crm_files(Random(7), date(2011, 1, 29), 2, 1)]
    [True, True]
    """
    files: list[list[str]] = [[] for _ in range(days)]
    next_customer = FIRST_CUSTOMER + CUSTOMERS * scale

    for customer in range(FIRST_CUSTOMER, next_customer):
        for day, change in _life(random, customer, first_day, days):
            for landing in _landings(random, day, days):
                files[landing].append(_json(change))

    broken = _broken(random, first_day, next_customer)
    second_day = min(1, days - 1)
    files[second_day] += [*map(_json, broken), UNFINISHED]

    for lines in files:
        random.shuffle(lines)

    return files


def _json(change: Change) -> str:
    return json.dumps(change, ensure_ascii=False)


def _life(
    random: Random, customer: int, first_day: date, days: int
) -> list[tuple[int, Change]]:
    """Return the changes of one customer with their days.

    Every tenth customer is deleted, and half of those come back.
    """
    kinds = ["I"] + ["U"] * random.randrange(3)
    kinds += ["D"] if customer % 10 == 3 else []
    kinds += ["I"] if customer % 20 == 3 else []
    on_days = sorted(random.randrange(days) for _ in kinds)
    seconds = sorted(random.sample(range(86_400), len(kinds)))

    midnight = datetime.combine(first_day, time())
    changes = []

    for kind, day, second in zip(kinds, on_days, seconds, strict=True):
        at = midnight + timedelta(days=day, seconds=second)
        change = _change(random, customer, kind, at)
        changes.append((day, change))

    return changes


def _change(random: Random, customer: int, op: str, moment: datetime) -> Change:
    base = {
        "customer_id": customer,
        "op": op,
        "changed_at": f"{moment.isoformat()}Z",
    }

    if op == "D":
        return base | {"name": None, "email": None, "age": None, "country": None}

    first = random.choice(FIRST_NAMES)
    last = random.choice(LAST_NAMES)
    chance = random.random()
    has_email = chance >= 0.05
    has_age = chance <= 0.95
    email = _email(random, first, customer) if has_email else None
    age = random.randint(16, 90) if has_age else None

    return base | {
        "name": f"{first} {last}",
        "email": email,
        "age": age,
        "country": random.choice((HOME_COUNTRY, *COUNTRIES)),
    }


def _email(random: Random, first_name: str, customer: int) -> str:
    domain = random.choice(MAIL_DOMAINS)
    return f"{first_name}.{customer}@{domain}"


def _landings(random: Random, day: int, days: int) -> list[int]:
    chance = random.random()
    if chance < 0.15:
        return [random.randrange(days)]

    return [day, random.randrange(days)] if chance < 0.25 else [day]


def _broken(random: Random, first_day: date, next_customer: int) -> list[Change]:
    """Return one row of each kind of fault, newer than all others of its customer."""
    later = datetime.combine(first_day, time()) + timedelta(days=400)
    valid = {"email": "ann@mail.example", "age": 44}
    rows = []

    for number, fault in enumerate(BROKEN.values()):
        customer = next_customer - 1 - number
        at = later + timedelta(seconds=number)
        change = _change(random, customer, "U", at)
        rows.append(change | valid | fault)

    return rows

"""A made-up feed of profile changes: out of order, with repeats, deletes and broken rows."""

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
        The JSON lines of each file; most changes land on their day, some earlier or later, some twice.
    """
    files: list[list[str]] = [[] for _ in range(days)]
    for customer in range(FIRST_CUSTOMER, FIRST_CUSTOMER + CUSTOMERS * scale):
        for day, change in _life(random, customer, first_day, days):
            for landing in _landings(random, day, days):
                files[landing].append(_json(change))
    broken = _broken(random, first_day, FIRST_CUSTOMER + CUSTOMERS * scale)
    files[min(1, days - 1)] += [*map(_json, broken), UNFINISHED]
    for lines in files:
        random.shuffle(lines)
    return files


def _json(change: Change) -> str:
    return json.dumps(change, ensure_ascii=False)


def _life(
    random: Random, customer: int, first_day: date, days: int
) -> list[tuple[int, Change]]:
    """Return the changes of one customer with their days: every tenth is deleted, and half of those come back."""
    kinds = ["I"] + ["U"] * random.randrange(3)
    kinds += ["D"] if customer % 10 == 3 else []
    kinds += ["I"] if customer % 20 == 3 else []
    on_days = sorted(random.randrange(days) for _ in kinds)
    seconds = sorted(random.sample(range(86_400), len(kinds)))
    midnight = datetime.combine(first_day, time())
    moments = [
        midnight + timedelta(days=d, seconds=s)
        for d, s in zip(on_days, seconds, strict=True)
    ]
    changes = [
        _change(random, customer, op, moment)
        for op, moment in zip(kinds, moments, strict=True)
    ]
    return list(zip(on_days, changes, strict=True))


def _change(random: Random, customer: int, op: str, moment: datetime) -> Change:
    base = {"customer_id": customer, "op": op, "changed_at": f"{moment.isoformat()}Z"}
    if op == "D":
        return base | {"name": None, "email": None, "age": None, "country": None}
    first = random.choice(FIRST_NAMES)
    last = random.choice(LAST_NAMES)
    told = random.random()
    return base | {
        "name": f"{first} {last}",
        "email": None
        if told < 0.05
        else f"{first}.{customer}@{random.choice(MAIL_DOMAINS)}",
        "age": None if told > 0.95 else random.randint(16, 90),
        "country": random.choice((HOME_COUNTRY, *COUNTRIES)),
    }


def _landings(random: Random, day: int, days: int) -> list[int]:
    chance = random.random()
    if chance < 0.15:
        return [random.randrange(days)]
    return [day, random.randrange(days)] if chance < 0.25 else [day]


def _broken(random: Random, first_day: date, next_customer: int) -> list[Change]:
    """Return one row of each kind that the quarantine knows, newer than all others of its customer."""
    later = datetime.combine(first_day, time()) + timedelta(days=400)
    sound = [
        _change(random, next_customer - 1 - n, "U", later + timedelta(seconds=n))
        for n in range(len(BROKEN))
    ]
    told = {"email": "ann@mail.example", "age": 44}
    return [
        change | told | fault
        for change, fault in zip(sound, BROKEN.values(), strict=True)
    ]

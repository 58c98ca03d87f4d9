"""Invent a feed of order lines with the faults of a real one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from retail.catalogue import COUNTRIES, HOME_COUNTRY, PRODUCTS, REMARKS

FIRST_CUSTOMER = 12346
INVOICES_A_DAY = 10
CUSTOMERS = 60


class Line(NamedTuple):
    """One order line as its eight landed texts, in the order of the file."""

    InvoiceNo: str
    StockCode: str
    Description: str
    Quantity: str
    InvoiceDate: str
    UnitPrice: str
    CustomerID: str
    Country: str


BROKEN: dict[str, dict[str, str]] = {
    "quantity is no number": {"Quantity": "six"},
    "quantity is no whole number": {"Quantity": "1.5"},
    "quantity too big": {"Quantity": "3000000000"},
    "quantity missing": {"Quantity": ""},
    "date that does not exist": {"InvoiceDate": "2011-02-30 08:26:00"},
    "date in another format": {"InvoiceDate": "30/01/2011 08:26"},
    "date missing": {"InvoiceDate": ""},
    "price is no number": {"UnitPrice": "free"},
    "price with five decimals": {"UnitPrice": "2.12345"},
    "price missing": {"UnitPrice": ""},
    "price below zero": {"UnitPrice": "-11062.06"},
    "customer is no number": {"CustomerID": "VIP"},
    "customer is no whole number": {"CustomerID": "17850.5"},
    "invoice missing": {"InvoiceNo": ""},
    "invoice blank": {"InvoiceNo": "   "},
    "stock code missing": {"StockCode": ""},
    "stock code blank": {"StockCode": "  "},
    "two faults": {"Quantity": "many", "UnitPrice": "-1"},
}


class Orders:
    """Invent the files of a feed, one day after the other.

    The same seed invents the same files.

    Parameters
    ----------
    random : Random
    first_day : date
    scale : int
        Times the invoices a day and the customers.

    Examples
    --------
    >>> orders = Orders(Random(7), date(2011, 1, 29), scale=1)
    >>> len(orders.file(0)) > 60
    True
    """

    def __init__(self, random: Random, first_day: date, scale: int) -> None:
        self.random = random
        self.first_day = first_day
        self.scale = scale
        self.next_invoice = 540000
        self.sold: list[Line] = []
        self.held_back: list[Line] = []

    def file(self, number: int) -> list[Sequence[str]]:
        """Return the rows of file `number`, counted from 0.

        They are those of its day, late lines, corrections, repeats and broken rows.
        """
        day = self.first_day + timedelta(days=number)
        sales = [
            line
            for _ in range(INVOICES_A_DAY * self.scale)
            for line in self._invoice(day)
        ]

        on_time, late = self._split(sales)
        rows = [
            *on_time,
            *self.held_back,
            *self._corrections(day),
            *self._repeats(on_time),
        ]

        self.held_back = late
        self.sold = on_time
        broken = self._broken(rows) if number % 5 == 1 else []
        mixed: list[Sequence[str]] = [*rows, *broken]
        self.random.shuffle(mixed)

        return mixed

    def _invoice(self, day: date) -> list[Line]:
        number = str(self.next_invoice)
        self.next_invoice = self.next_invoice + 1
        minute = datetime.combine(day, time(7)) + timedelta(
            minutes=self.random.randrange(12 * 60)
        )
        customer = self._customer()
        country = self._country(customer, minute)

        return [
            self._line(number, minute, customer, country)
            for _ in range(self.random.randint(7, 15))
        ]

    def _line(
        self, number: str, minute: datetime, customer: int | None, country: str
    ) -> Line:
        code, description, price = self.random.choice(PRODUCTS)
        quantity = self.random.choice((1, 2, 4, 6, 6, 12, 24, 48))
        written = "" if customer is None else f"{customer}.0"
        line = Line(
            number,
            code,
            description,
            str(quantity),
            str(minute),
            price,
            written,
            country,
        )

        return self._with_dirt(line)

    def _with_dirt(self, line: Line) -> Line:
        chance = self.random.random()
        if chance < 0.04:
            return line._replace(StockCode=line.StockCode.lower())
        if chance < 0.06:
            return line._replace(StockCode=f" {line.StockCode} ")
        if chance < 0.08:
            return line._replace(Description=self.random.choice(REMARKS))
        if chance < 0.10:
            remark = self.random.choice(REMARKS)
            return line._replace(
                Description=remark,
                UnitPrice="0",
                Quantity=f"-{line.Quantity}",
                CustomerID="",
            )

        return line

    def _customer(self) -> int | None:
        is_anonymous = self.random.random() < 0.15
        if is_anonymous:
            return None

        number = self.random.randrange(CUSTOMERS * self.scale)

        return FIRST_CUSTOMER + number

    def _country(self, customer: int | None, moment: datetime) -> str:
        """Return the country of a customer.

        Most are at home, every tenth is abroad, every thirtieth moves on the third day.
        """
        if customer is None or customer % 10:
            return HOME_COUNTRY

        third_day = self.first_day + timedelta(days=2)
        has_moved = customer % 30 == 0 and moment.date() >= third_day
        position = customer // 10 + has_moved

        return COUNTRIES[position % len(COUNTRIES)]

    def _split(self, sales: list[Line]) -> tuple[list[Line], list[Line]]:
        """Hold the last invoice of the day back, which lands a day late."""
        last = sales[-1].InvoiceNo
        on_time = [line for line in sales if line.InvoiceNo != last]
        late = [line for line in sales if line.InvoiceNo == last]

        return on_time, late

    def _corrections(self, day: date) -> list[Line]:
        """Correct lines of the day before.

        Each is cancelled whole and sold again in another quantity.
        """
        count = min(2 * self.scale, len(self.sold))
        wrong = self.random.sample(self.sold, count)

        return [line for old in wrong for line in self._correction(old, day)]

    def _correction(self, old: Line, day: date) -> tuple[Line, Line]:
        now = str(datetime.combine(day, time(19, self.random.randrange(60))))
        cancelled = f"C{self.next_invoice}"
        again = str(self.next_invoice + 1)
        self.next_invoice += 2
        opposite = str(-int(old.Quantity))

        return (
            old._replace(InvoiceNo=cancelled, Quantity=opposite, InvoiceDate=now),
            old._replace(InvoiceNo=again, Quantity="3", InvoiceDate=now),
        )

    def _repeats(self, on_time: list[Line]) -> list[Line]:
        """Repeat some lines of this file and some of the file before, exactly."""
        from_today = self.random.sample(on_time, 2 * self.scale)
        count = min(3 * self.scale, len(self.sold))
        from_before = self.random.sample(self.sold, count)

        return [*from_today, *from_before]

    def _broken(self, rows: list[Line]) -> list[Sequence[str]]:
        """Return one row of each kind of fault, one of them twice, and two that do not parse."""
        bad = [self.random.choice(rows)._replace(**fault) for fault in BROKEN.values()]
        too_few = tuple(rows[0])[:5]
        too_many = (*rows[1], "one too many")

        return [*bad, bad[0], too_few, too_many]

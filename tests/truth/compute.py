"""Compute the tables of the sample and compare others with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tests.truth.queries import CRM_FIELDS, FIELDS, TABLES, TYPED
from tests.truth.reasons import ORDER_REASONS, ORDER_WARNINGS, PROFILE_REASONS

KEYS = {
    "silver.order_lines": ("line_id",),
    "silver.customers": ("customer_id",),
    "silver.customer_profiles": ("customer_id",),
    "silver.customer_invoices": ("customer_id", "invoice_no"),
    "silver.products": ("stock_code", "valid_from"),
    "gold.sales_enriched": ("line_id",),
    "gold.daily_sales": ("order_date", "country"),
    "gold.customer_rfm": ("customer_id",),
}
BLANKS = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)"


class Truth:
    """The silver and gold tables of the sample and its quarantines.

    Parameters
    ----------
    orders : Path
        Directory of CSV files.
    crm : Path, optional
        Directory of JSON-lines files; profiles are empty without it.
    """

    def __init__(self, orders: Path, crm: Path | None = None) -> None:
        self.db = duckdb.connect()
        self.db.execute("SET TimeZone = 'UTC'")
        self.db.execute(f"CREATE MACRO stripped(text) AS trim(text, {BLANKS})")
        self.db.execute("CREATE MACRO given(text) AS coalesce(stripped(text), '') <> ''")
        self.db.execute("CREATE MACRO is_integer(text) AS regexp_full_match(stripped(text), '[+-]?[0-9]+')")
        self._read_orders(orders)
        self._read_crm(crm)
        for name, sql in TYPED.items():
            self.db.execute(f"CREATE TABLE {name} AS {sql}")
        self._judge("orders_typed", "orders_judged", ORDER_REASONS)
        self._judge("profiles_typed", "profiles_judged", PROFILE_REASONS)
        for name, sql in TABLES.items():
            self.db.execute(f'CREATE TABLE "{name}" AS {sql}')

    def table(self, name: str) -> pa.Table:
        """Return the rows that table `name` must hold, in the order of its key; timestamps are UTC without a zone."""
        order = ", ".join(KEYS[name])
        return self.db.sql(f'SELECT * FROM "{name}" ORDER BY {order}').to_arrow_table()

    def rows_read(self, name: str) -> int:
        """Return the number of rows that landed for silver.order_lines or silver.customer_profiles."""
        return self._number(f"SELECT count(*) FROM {_judged(name)}")

    def quarantined(self, name: str) -> int:
        """Return the number of rows in the quarantine, repeats included."""
        return self._number(f"SELECT count(*) FROM {_judged(name)} WHERE len(reasons) > 0")

    def reasons(self, name: str) -> dict[str, int]:
        """Return the number of quarantined rows for each reason; a row with two faults counts for both."""
        found = self._rows(f"SELECT unnest(reasons) AS reason, count(*) FROM {_judged(name)} GROUP BY 1")
        return {str(reason): int(count) for reason, count in found}

    def warnings(self) -> dict[str, int]:
        """Return the number of landed order lines that each warning hits."""
        counts = [f"count(*) FILTER (WHERE {condition})" for condition in ORDER_WARNINGS.values()]
        row = self._rows(f"SELECT {', '.join(counts)} FROM orders_judged")[0]
        return dict(zip(ORDER_WARNINGS, map(int, row), strict=True))

    def differences(self, name: str, actual: pa.Table, limit: int = 5) -> list[str]:
        """Compare a table with the truth by all columns but sketches; an empty list means the same rows.

        Parameters
        ----------
        name : str
            Such as ``gold.daily_sales``.
        actual : pyarrow.Table
            All rows of the table; further columns of it are ignored.
        limit : int
            Rows to show of either side.

        Returns
        -------
        list of str
            One line a differing row: ``missing`` rows are in the truth only, ``surplus`` rows in the table only.
        """
        self.db.register("actual", actual)
        described = self._rows(f'DESCRIBE "{name}"')
        same_types = ", ".join(f'{_utc(column, actual)}::{kind} AS "{column}"' for column, kind, *_ in described)
        expected, found = f'SELECT * FROM "{name}"', f"SELECT {same_types} FROM actual"
        missing = self._rows(f"{expected} EXCEPT ALL {found} LIMIT {limit}")
        surplus = self._rows(f"{found} EXCEPT ALL {expected} LIMIT {limit}")
        self.db.unregister("actual")
        return [*(f"missing {row}" for row in missing), *(f"surplus {row}" for row in surplus)]

    def _read_orders(self, orders: Path) -> None:
        columns = ", ".join(f"nullif({field}, '') AS raw_{field}" for field in FIELDS)
        nothing = ", ".join(f"NULL AS raw_{field}" for field in FIELDS)
        read = (
            f"read_csv('{orders}/*.csv', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', "
            "nullstr = '', ignore_errors = true, store_rejects = true, rejects_limit = 0)"
        )
        self.db.execute(f"CREATE TABLE orders_raw AS SELECT {columns}, false AS unparsed FROM {read}")
        # A line that does not parse lands without any field.
        rejected = "SELECT DISTINCT file_id, line FROM reject_errors"
        self.db.execute(f"INSERT INTO orders_raw SELECT {nothing}, true FROM ({rejected})")

    def _read_crm(self, crm: Path | None) -> None:
        files = [file.read_text(encoding="utf-8") for file in sorted(crm.iterdir())] if crm else []
        lines = [line for text in files for line in text.splitlines() if line.strip()]
        self.db.register("crm_lines", pa.table({"line": pa.array(lines, pa.string())}))
        parsed = "SELECT CASE WHEN json_valid(line) THEN line::JSON END AS fields FROM crm_lines"
        columns = ", ".join(f"nullif(fields->>'$.{field}', '') AS raw_{field}" for field in CRM_FIELDS)
        self.db.execute(f"CREATE TABLE crm_raw AS SELECT {columns}, fields IS NULL AS unparsed FROM ({parsed})")

    def _judge(self, typed: str, judged: str, reasons: dict[str, str]) -> None:
        tests = ", ".join(f"CASE WHEN {condition} THEN '{name}' END" for name, condition in reasons.items())
        tagged = f"list_filter([{tests}], lambda reason: reason IS NOT NULL) AS reasons"
        self.db.execute(f"CREATE TABLE {judged} AS SELECT *, {tagged} FROM {typed}")

    def _number(self, sql: str) -> int:
        return int(self._rows(sql)[0][0])

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.db.execute(sql).fetchall()


def _judged(name: str) -> str:
    return {"silver.order_lines": "orders_judged", "silver.customer_profiles": "profiles_judged"}[name]


def _utc(column: str, actual: pa.Table) -> str:
    kind = actual.schema.field(column).type
    zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    return f"(\"{column}\" AT TIME ZONE 'UTC')" if zoned else f'"{column}"'

"""What the tables of the sample must hold, computed from the raw files with DuckDB alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

KEYS = {
    "silver.order_lines": ("line_id",),
    "silver.customers": ("customer_id",),
    "silver.customer_profiles": ("customer_id",),
    "silver.customer_invoices": ("customer_id", "invoice_no"),
    "gold.daily_sales": ("order_date", "country"),
    "gold.customer_rfm": ("customer_id",),
}
FIELDS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
CRM_FIELDS = ("customer_id", "op", "changed_at", "name", "email", "age", "country")
BLANKS = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)"
SKETCH_ERROR = 0.02

# Reason -> condition on the typed rows; `raw_` columns hold the landed text, empty text being NULL.
ORDER_REASONS = {
    "quantity_cast": "raw_Quantity IS NOT NULL AND quantity IS NULL",
    "invoice_ts_cast": "raw_InvoiceDate IS NOT NULL AND invoice_ts IS NULL",
    "unit_price_cast": "raw_UnitPrice IS NOT NULL AND unit_price IS NULL",
    "customer_id_cast": "raw_CustomerID IS NOT NULL AND customer_id IS NULL",
    "invoice_no_given": "raw_InvoiceNo IS NULL",
    "stock_code_given": "raw_StockCode IS NULL",
    "quantity_given": "quantity IS NULL",
    "invoice_ts_given": "invoice_ts IS NULL",
    "price_given": "unit_price IS NULL",
    "invoice_not_blank": "trim(invoice_no, {blanks}) = ''",
    "stock_code_not_blank": "stock_code = ''",
    "price_not_negative": "unit_price < 0",
}
ORDER_WARNINGS = {
    "price_not_zero": "unit_price = 0",
    "customer_known": "customer_id IS NULL",
    "description_given": "coalesce(trim(description, {blanks}), '') = ''",
}
PROFILE_REASONS = {
    "customer_id_cast": "raw_customer_id IS NOT NULL AND customer_id IS NULL",
    "age_cast": "raw_age IS NOT NULL AND age IS NULL",
    "changed_at_cast": "raw_changed_at IS NOT NULL AND changed_at IS NULL",
    "customer_id_given": "customer_id IS NULL",
    "changed_at_given": "changed_at IS NULL",
    "email_valid": "op IS DISTINCT FROM 'D' AND NOT regexp_full_match(email, '[^@ ]+@[^@ ]+[.][^@ ]+')",
    "age_plausible": "op IS DISTINCT FROM 'D' AND age NOT BETWEEN 0 AND 120",
}


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
        self._read_orders(orders)
        self._read_crm(crm)
        for name, sql in TYPED.items():
            self.db.execute(f"CREATE TABLE {name} AS {sql.format(blanks=BLANKS)}")
        self._judge("orders_typed", "orders_judged", ORDER_REASONS)
        self._judge("profiles_typed", "profiles_judged", PROFILE_REASONS)
        for name, sql in TABLES.items():
            self.db.execute(f'CREATE TABLE "{name}" AS {sql}')

    def table(self, name: str) -> pa.Table:
        """Return the rows that table `name` must hold, in the order of its key; timestamps are UTC without a zone."""
        order = ", ".join(KEYS[name])
        return self.db.execute(f'SELECT * FROM "{name}" ORDER BY {order}').to_arrow_table()

    def rows_read(self, name: str) -> int:
        """Return the number of rows that landed for silver.order_lines or silver.customer_profiles."""
        return self._number(f"SELECT count(*) FROM {_judged(name)}")

    def quarantined(self, name: str) -> int:
        """Return the number of rows in the quarantine, repeats included."""
        return self._number(f"SELECT count(*) FROM {_judged(name)} WHERE len(reasons) > 0")

    def reasons(self, name: str) -> dict[str, int]:
        """Return the number of quarantined rows for each reason; a row with two faults counts for both."""
        found = self.db.execute(f"SELECT unnest(reasons) AS reason, count(*) FROM {_judged(name)} GROUP BY 1").fetchall()
        return {str(reason): int(count) for reason, count in found}

    def warnings(self) -> dict[str, int]:
        """Return the number of landed order lines that each warning hits."""
        counts = [f"count(*) FILTER (WHERE {sql.format(blanks=BLANKS)})" for sql in ORDER_WARNINGS.values()]
        row = self.db.execute(f"SELECT {', '.join(counts)} FROM orders_judged").fetchone() or ()
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
        described = self.db.execute(f'DESCRIBE "{name}"').fetchall()
        same_types = ", ".join(f'{_utc(column, actual)}::{kind} AS "{column}"' for column, kind, *_ in described)
        expected, found = f'SELECT * FROM "{name}"', f"SELECT {same_types} FROM actual"
        missing = self.db.execute(f"{expected} EXCEPT ALL {found} LIMIT {limit}").fetchall()
        surplus = self.db.execute(f"{found} EXCEPT ALL {expected} LIMIT {limit}").fetchall()
        self.db.unregister("actual")
        return [*(f"missing {row}" for row in missing), *(f"surplus {row}" for row in surplus)]

    def _read_orders(self, orders: Path) -> None:
        columns = ", ".join(f"nullif({field}, '') AS raw_{field}" for field in FIELDS)
        nothing = ", ".join(f"NULL AS raw_{field}" for field in FIELDS)
        read = (
            f"read_csv('{orders}/*.csv', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', "
            "nullstr = '', union_by_name = true, ignore_errors = true, store_rejects = true, rejects_limit = 0)"
        )
        self.db.execute(f"CREATE TABLE orders_raw AS SELECT {columns} FROM {read}")
        # A line that does not parse lands without any field.
        rejected = "SELECT DISTINCT file_id, line FROM reject_errors"
        self.db.execute(f"INSERT INTO orders_raw SELECT {nothing} FROM ({rejected})")

    def _read_crm(self, crm: Path | None) -> None:
        columns = ", ".join(f"nullif(line->>'$.{field}', '') AS raw_{field}" for field in CRM_FIELDS)
        self.db.execute("CREATE TABLE crm_lines (line JSON)")
        for file in sorted(crm.iterdir()) if crm else ():
            lines = [(line,) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
            self.db.executemany("INSERT INTO crm_lines VALUES (?)", lines)
        self.db.execute(f"CREATE TABLE crm_raw AS SELECT {columns} FROM crm_lines")

    def _judge(self, typed: str, judged: str, reasons: dict[str, str]) -> None:
        tests = ", ".join(f"CASE WHEN {sql.format(blanks=BLANKS)} THEN '{name}' END" for name, sql in reasons.items())
        tagged = f"list_filter([{tests}], reason -> reason IS NOT NULL) AS reasons"
        self.db.execute(f"CREATE TABLE {judged} AS SELECT *, {tagged} FROM {typed}")

    def _number(self, sql: str) -> int:
        row = self.db.execute(sql).fetchone()
        return int(row[0]) if row else 0


def _judged(name: str) -> str:
    return {"silver.order_lines": "orders_judged", "silver.customer_profiles": "profiles_judged"}[name]


def _utc(column: str, actual: pa.Table) -> str:
    kind = actual.schema.field(column).type
    zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    return f"(\"{column}\" AT TIME ZONE 'UTC')" if zoned else f'"{column}"'


def _hashed(field: str) -> str:
    return f"CASE WHEN raw_{field} IS NULL THEN '-;' ELSE length(raw_{field}) || ':' || raw_{field} END"


TYPED = {
    "orders_typed": f"""
        SELECT *, date_trunc('day', invoice_ts)::DATE AS order_date, date_trunc('month', invoice_ts)::DATE AS order_month
        FROM (
            SELECT *,
                sha256({" || ".join(map(_hashed, FIELDS))}) AS line_id,
                raw_InvoiceNo AS invoice_no,
                upper(trim(raw_StockCode, {{blanks}})) AS stock_code,
                raw_Description AS description,
                CASE WHEN regexp_full_match(trim(raw_Quantity, {{blanks}}), '[+-]?[0-9]+')
                    THEN try_cast(raw_Quantity AS INTEGER) END AS quantity,
                CASE WHEN regexp_full_match(raw_InvoiceDate, '[0-9]{{{{4}}}}(-[0-9][0-9]){{{{2}}}} [0-9][0-9](:[0-9][0-9]){{{{2}}}}')
                    THEN try_strptime(raw_InvoiceDate, '%Y-%m-%d %H:%M:%S') END AS invoice_ts,
                CASE WHEN try_cast(raw_UnitPrice AS DECIMAL(12, 4)) = try_cast(raw_UnitPrice AS DECIMAL(38, 20))
                    THEN try_cast(raw_UnitPrice AS DECIMAL(12, 4)) END AS unit_price,
                CASE WHEN regexp_full_match(raw_CustomerID, '[0-9]+([.]0+)?')
                    THEN try_cast(split_part(raw_CustomerID, '.', 1) AS BIGINT) END AS customer_id,
                raw_Country AS country,
                starts_with(raw_InvoiceNo, 'C') AS is_cancellation
            FROM orders_raw)""",
    "profiles_typed": """
        SELECT *,
            CASE WHEN age < 0 OR age > 120 THEN NULL WHEN age < 18 THEN '0-17' WHEN age < 25 THEN '18-24'
                WHEN age < 35 THEN '25-34' WHEN age < 45 THEN '35-44' WHEN age < 55 THEN '45-54'
                WHEN age < 65 THEN '55-64' WHEN age >= 65 THEN '65+' END AS age_group,
            lower(nullif(regexp_extract(email, '@([^@]*)$', 1), '')) AS email_domain
        FROM (
            SELECT *,
                CASE WHEN regexp_full_match(trim(raw_customer_id, {blanks}), '[+-]?[0-9]+')
                    THEN try_cast(raw_customer_id AS BIGINT) END AS customer_id,
                raw_op AS op, raw_name AS name, raw_email AS email, raw_country AS country,
                CASE WHEN regexp_full_match(trim(raw_age, {blanks}), '[+-]?[0-9]+')
                    THEN try_cast(raw_age AS INTEGER) END AS age,
                try_cast(raw_changed_at AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS changed_at
            FROM crm_raw)""",
}

TABLES = {
    "silver.order_lines": """
        SELECT DISTINCT line_id, invoice_no, stock_code, description, quantity, invoice_ts, unit_price, customer_id, country,
            is_cancellation, order_date, order_month
        FROM orders_judged WHERE len(reasons) = 0""",
    "silver.customers": """
        SELECT customer_id, country, invoice_ts AS last_seen FROM "silver.order_lines" WHERE customer_id IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY invoice_ts DESC, invoice_no DESC, line_id DESC) = 1""",
    "silver.customer_profiles": """
        SELECT customer_id, name, email, age, country, changed_at, age_group, email_domain FROM (
            SELECT * FROM profiles_judged WHERE len(reasons) = 0
            QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY changed_at DESC, op = 'D' DESC) = 1)
        WHERE op IS DISTINCT FROM 'D'""",
    "silver.customer_invoices": """
        SELECT customer_id, invoice_no, count(*) AS lines, sum(quantity * unit_price)::DECIMAL(28, 4) AS net,
            max(invoice_ts) AS invoice_ts, bool_or(is_cancellation) AS is_cancellation
        FROM "silver.order_lines" WHERE customer_id IS NOT NULL GROUP BY ALL""",
    "gold.daily_sales": """
        SELECT *, gross + returns AS net FROM (
            SELECT order_date, country, count(*) AS lines, count(DISTINCT invoice_no) AS invoices,
                count(DISTINCT customer_id) AS customers, sum(quantity)::BIGINT AS units,
                coalesce(sum(quantity * unit_price) FILTER (WHERE quantity * unit_price > 0), 0)::DECIMAL(28, 4) AS gross,
                coalesce(sum(quantity * unit_price) FILTER (WHERE quantity * unit_price < 0), 0)::DECIMAL(28, 4) AS returns
            FROM "silver.order_lines" GROUP BY ALL)""",
    "gold.customer_rfm": """
        SELECT customer_id, max(invoice_ts) FILTER (WHERE NOT is_cancellation) AS last_purchase_ts, count(*) AS invoices,
            sum(net)::DECIMAL(28, 4) AS net
        FROM "silver.customer_invoices" GROUP BY ALL""",
}

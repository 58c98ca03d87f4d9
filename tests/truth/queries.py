"""The typed rows and the tables of the sample as DuckDB queries."""

from __future__ import annotations

FIELDS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
CRM_FIELDS = ("customer_id", "op", "changed_at", "name", "email", "age", "country")


def _hashed(field: str) -> str:
    return f"CASE WHEN raw_{field} IS NULL THEN '-;' ELSE length(raw_{field}) || ':' || raw_{field} END"


TYPED = {
    "orders_typed": f"""
        SELECT *, invoice_ts::DATE AS order_date, date_trunc('month', invoice_ts)::DATE AS order_month
        FROM (
            SELECT *, sha256({" || ".join(map(_hashed, FIELDS))}) AS line_id,
                raw_InvoiceNo AS invoice_no,
                upper(stripped(raw_StockCode)) AS stock_code,
                raw_Description AS description,
                CASE WHEN is_integer(raw_Quantity)
                    THEN try_cast(raw_Quantity AS INTEGER) END AS quantity,
                CASE WHEN length(raw_InvoiceDate) = 19
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
                CASE WHEN is_integer(raw_customer_id)
                    THEN try_cast(raw_customer_id AS BIGINT) END AS customer_id,
                raw_op AS op, raw_name AS name, raw_email AS email, raw_country AS country,
                CASE WHEN is_integer(raw_age)
                    THEN try_cast(raw_age AS INTEGER) END AS age,
                try_cast(raw_changed_at AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS changed_at
            FROM crm_raw)""",
}

TABLES = {
    "silver.order_lines": """
        SELECT DISTINCT line_id, invoice_no, stock_code, description, quantity, invoice_ts, unit_price, customer_id,
            country, is_cancellation, order_date, order_month
        FROM orders_judged WHERE len(reasons) = 0""",
    "silver.customers": """
        SELECT customer_id, country, invoice_ts AS last_seen FROM "silver.order_lines" WHERE customer_id IS NOT NULL
        WINDOW newest_first AS (PARTITION BY customer_id ORDER BY invoice_ts DESC, invoice_no DESC, line_id DESC)
        QUALIFY row_number() OVER newest_first = 1""",
    "silver.customer_profiles": """
        SELECT customer_id, name, email, age, country, changed_at, age_group, email_domain FROM (
            SELECT * FROM profiles_judged WHERE len(reasons) = 0
            QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY changed_at DESC, op = 'D' DESC) = 1)
        WHERE op IS DISTINCT FROM 'D'""",
    "silver.customer_invoices": """
        SELECT customer_id, invoice_no, count(*) AS lines, sum(quantity * unit_price)::DECIMAL(28, 4) AS net,
            max(invoice_ts) AS invoice_ts, bool_or(is_cancellation) AS is_cancellation
        FROM "silver.order_lines" WHERE customer_id IS NOT NULL GROUP BY ALL""",
    "silver.products": """
        WITH named AS (
            SELECT stock_code, description, invoice_ts FROM "silver.order_lines"
            WHERE unit_price > 0 AND given(description)
            QUALIFY row_number() OVER (
                PARTITION BY stock_code, invoice_ts ORDER BY invoice_no DESC, description DESC) = 1),
        renamed AS (
            SELECT * FROM named
            QUALIFY lag(description) OVER (PARTITION BY stock_code ORDER BY invoice_ts) IS DISTINCT FROM description)
        SELECT stock_code, description, invoice_ts AS valid_from,
            lead(invoice_ts) OVER (PARTITION BY stock_code ORDER BY invoice_ts) AS valid_to,
            valid_to IS NULL AS is_current
        FROM renamed""",
    "gold.sales_enriched": """
        SELECT lines.*, products.description AS product_description, customers.country AS customer_country
        FROM "silver.order_lines" AS lines
        LEFT JOIN "silver.products" AS products ON products.stock_code = lines.stock_code
            AND products.valid_from <= lines.invoice_ts
            AND (products.valid_to IS NULL OR lines.invoice_ts < products.valid_to)
        LEFT JOIN "silver.customers" AS customers ON customers.customer_id = lines.customer_id""",
    "gold.daily_sales": """
        SELECT *, (gross + returns)::DECIMAL(28, 4) AS net FROM (
            SELECT order_date, country, count(*) AS lines, count(DISTINCT invoice_no) AS invoices,
                count(DISTINCT customer_id) AS customers, sum(quantity)::BIGINT AS units,
                coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::DECIMAL(28, 4) AS gross,
                coalesce(sum(amount) FILTER (WHERE amount < 0), 0)::DECIMAL(28, 4) AS returns
            FROM (SELECT *, quantity * unit_price AS amount FROM "silver.order_lines") GROUP BY ALL)""",
    "gold.customer_rfm": """
        SELECT customer_id, max(invoice_ts) FILTER (WHERE NOT is_cancellation) AS last_purchase_ts,
            count(*) AS invoices, sum(net)::DECIMAL(28, 4) AS net
        FROM "silver.customer_invoices" GROUP BY ALL""",
}

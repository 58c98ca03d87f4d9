"""Why a landed row is moved away or warned about, as DuckDB conditions."""

from __future__ import annotations

# Reason -> condition on the typed rows; `raw_` columns hold the landed text, empty text being NULL.
ORDER_REASONS = {
    "row_parsed": "unparsed",
    "quantity_cast": "given(raw_Quantity) AND quantity IS NULL",
    "invoice_ts_cast": "given(raw_InvoiceDate) AND invoice_ts IS NULL",
    "unit_price_cast": "given(raw_UnitPrice) AND unit_price IS NULL",
    "customer_id_cast": "given(raw_CustomerID) AND customer_id IS NULL",
    "quantity_given": "quantity IS NULL",
    "invoice_ts_given": "invoice_ts IS NULL",
    "invoice_given": "NOT given(invoice_no)",
    "stock_code_given": "NOT given(stock_code)",
    "price_given": "unit_price IS NULL",
    "price_not_negative": "unit_price < 0",
}
ORDER_WARNINGS = {
    "price_not_zero": "unit_price = 0",
    "customer_known": "customer_id IS NULL",
    "description_given": "NOT given(description)",
}
PROFILE_REASONS = {
    "row_parsed": "unparsed",
    "customer_id_cast": "given(raw_customer_id) AND customer_id IS NULL",
    "age_cast": "given(raw_age) AND age IS NULL",
    "changed_at_cast": "given(raw_changed_at) AND changed_at IS NULL",
    "customer_id_given": "customer_id IS NULL",
    "changed_at_given": "changed_at IS NULL",
    "email_valid": "op IS DISTINCT FROM 'D' AND NOT regexp_full_match(email, '[^@ ]+@[^@ ]+[.][^@ ]+')",
    "age_plausible": "op IS DISTINCT FROM 'D' AND age NOT BETWEEN 0 AND 120",
}

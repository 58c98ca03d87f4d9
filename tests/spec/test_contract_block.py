from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Contract, Table

SILVER = (
    "from: bronze.orders\n"
    "columns: {id: {type: bigint, source: OrderId}}\n"
    "contract: {slo: {null_share: {idd: 1 %}}}\n"
    "write: {strategy: append}\n"
)
GOLD = "from: silver.orders\n"


def test_the_block_is_no_part_of_the_fingerprint() -> None:
    spec = {"from": "bronze.orders", "columns": {"id": {"type": "int"}}}
    terms = {"version": "1.0.0", "owner": "a", "freshness": "36h", "slo": {"records_passing": "99 %"}}
    with_terms = Table.model_validate({**spec, "contract": terms})
    assert spec_hash(with_terms) == spec_hash(Table.model_validate(spec))


@pytest.mark.parametrize(
    "terms",
    [
        {"version": "1.0"},
        {"version": "v1.0.0"},
        {"status": "proposed"},
        {"freshness": "36"},
        {"freshness": "0h"},
        {"slo": {"records_passing": "0.99"}},
        {"slo": {"records_passing": "101 %"}},
        {"slo": {"records_passing": 99}},
        {"slo": {"null_share": {"id": "100.5 %"}}},
        {"slo": {"latency": "1 %"}},
        {"slo": {"window": "28"}},
        {"slo": {"window": "0d"}},
        {"slo": {"fresh_time": "0.99"}},
        {"consumers": "reporting"},
    ],
)
def test_terms_without_a_unit_or_meaning_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Contract.model_validate(terms)


@pytest.mark.parametrize("share", ["99 %", "99%", "100 %", "100.0 %", "0.5 %"])
def test_a_share_is_a_percent(share: str) -> None:
    assert Contract.model_validate({"slo": {"records_passing": share}}).slo.records_passing == share


def test_an_objective_of_an_unknown_column_is_refused(problems: Any) -> None:
    (found,) = problems({"tables/silver/orders.yml": SILVER, "tables/gold/daily.yml": GOLD})
    assert (found.code, found.hint) == ("LS131", "did you mean 'id'?")
    assert found.where == "conf/tables/silver/orders.yml:3 tables.silver.orders.contract.slo.null_share.idd"


def test_a_share_of_fresh_time_needs_an_age(problems: Any) -> None:
    text = SILVER.replace("null_share: {idd: 1 %}", "fresh_time: 99 %")
    (found,) = problems({"tables/silver/orders.yml": text, "tables/gold/daily.yml": GOLD})
    assert (found.code, found.hint) == ("LS111", "write contract.freshness, such as 36h")


@pytest.mark.parametrize("terms", [{"on_refusal": "keep_last_good"}, {"audit": "stage"}])
def test_what_a_refusal_does_is_no_part_of_the_fingerprint(terms: dict[str, Any]) -> None:
    spec = {"from": "bronze.orders"}
    assert spec_hash(Table.model_validate({**spec, **terms})) == spec_hash(Table.model_validate(spec))


@pytest.mark.parametrize("terms", [{"on_refusal": "ignore"}, {"on_refusal": True}, {"audit": "staged"}])
def test_other_words_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Table.model_validate({"from": "bronze.orders", **terms})

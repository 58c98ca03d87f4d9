"""Documents of other tools become specs, and what has no counterpart is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lakesmith.contracts.odcs.read_document import read_document
from lakesmith.contracts.odcs.skeleton import Skeleton, skeleton
from lakesmith.errors import ConfigError
from lakesmith.spec.model import Table

DOCUMENTS = Path(__file__).with_name("documents")


def imported(name: str, table: str = "") -> Skeleton:
    return skeleton(read_document(DOCUMENTS / f"{name}.odcs.yaml"), table)


def checks(made: Skeleton) -> dict[str, Any]:
    return {one["id"]: {key: value for key, value in one.items() if key != "id"} for one in made.spec["checks"]}


def test_the_columns_of_a_database() -> None:
    columns = imported("payments").spec["columns"]
    assert {name: column["type"] for name, column in columns.items()} == {
        "payment_id": "string",
        "amount": "decimal(12,2)",
        "currency": "string",
        "paid_at": "timestamp_ntz",
        "fee": "unknown",
        "reference": "string",
    }
    assert columns["payment_id"] == {"type": "string", "nullable": False, "sensitivity": "restricted"}


def test_the_key_partitions_and_terms() -> None:
    spec = imported("payments").spec
    assert spec["write"] == {"strategy": "upsert", "keys": ["payment_id"], "partition_by": ["paid_at"]}
    assert spec["contract"] == {
        "version": "2.3.0",
        "status": "active",
        "owner": "adoe",
        "freshness": "4h",
        "slo": {"records_passing": "99.5 %"},
    }


def test_the_checks() -> None:
    assert checks(imported("payments")) == {
        "amount_between": {"check": "between", "column": "amount", "min": 0},
        "amount_exclusive_maximum": {"check": "expression", "column": "amount", "expression": "`amount` < 100000"},
        "amount_null_share": {
            "check": "null_share",
            "column": "amount",
            "max": "1 %",
            "description": "few are open",
        },
        "currency_length": {"check": "length", "column": "currency", "min": 3, "max": 3},
        "currency_regex": {"check": "regex", "column": "currency", "pattern": "^[A-Z]+$"},
        "known_currency": {
            "check": "in_set",
            "column": "currency",
            "values": ["EUR", "GBP", "NO"],
            "threshold": {"fail": "5 rows"},
            "on_fail": "warn",
        },
        "currency_not_null": {"check": "not_null", "column": "currency"},
        "currency_not_in_set": {"check": "not_in_set", "column": "currency", "values": ["", "N/A"]},
        "enough_rows": {"check": "row_count", "min": 1001, "on_fail": "warn"},
        "unique": {"check": "unique", "columns": ["payment_id", "currency"]},
        "sql": {"check": "sql", "query": "SELECT COUNT(*) FROM {table} WHERE amount < fee", "max": 2},
        "reference_unique": {"check": "unique", "columns": ["reference"]},
    }


@pytest.mark.parametrize(
    "note",
    [
        "type not known (logicalType 'number', physicalType 'money'), write one: column fee",
        "physicalType 'uuid' is not known, string is written: column reference",
        "no counterpart for the length of text, 18; add a check 'length': column payment_id",
        "mustBeLessThan 1 is written as a bound that is included: column amount quality",
        "no counterpart for 'tags': column payment_id",
        "no counterpart for 'encryptedName': column reference",
        "no counterpart for a quality rule (type 'text')",
        "no counterpart for a quality rule (type 'custom' of soda)",
        "no counterpart for a quality rule (operator 'mustNotBe'): rowCount, SELECT SUM(fee) FROM {object}",
        "text without an offset is UTC here, not defaultTimezone 'Europe/Berlin': column paid_at logicalTypeOptions",
        "no counterpart for members of the team: bfoo (Engineer)",
        "no counterpart for roles: analyst_read",
        "no counterpart for service levels: retention 3 y",
        "no counterpart for 'usage': description",
        "no counterpart for 'domain'",
        "no counterpart for 'servers'",
        "what the table reads is not said, from: bronze.payments is written",
        "how rows are written is not said, strategy: upsert is written",
    ],
)
def test_what_has_no_counterpart_is_said(note: str) -> None:
    assert note in imported("payments").notes


def test_a_table_of_an_older_document() -> None:
    made = imported("air", "readings")
    assert made.spec["columns"] == {
        "station_id": {"type": "bigint"},
        "measured_on": {"type": "date"},
        "unit": {"type": "string"},
    }
    assert checks(made) == {
        "station_id_exclusive_maximum": {
            "check": "expression",
            "column": "station_id",
            "expression": "`station_id` < 100",
        },
        "station_id_not_null": {"check": "not_null", "column": "station_id", "description": "given"},
        "measured_on_between": {"check": "between", "column": "measured_on", "min": "2020-01-01"},
        "unit_in_set": {"check": "in_set", "column": "unit", "values": ["ppm", "ppb"]},
        "sql": {"check": "sql", "query": "SELECT MAX(station_id) FROM {table}", "max": 3.5},
    }
    assert made.spec["contract"] == {"owner": "cdoe"}


@pytest.mark.parametrize(
    "note",
    [
        "other tables of the document: stations",
        "no counterpart for a quality rule (some duplicates are allowed): column station_id",
        "no name of a column: column not a name",
        "no type, so it is no column of the contract: column note",
        "no counterpart for 'format': column measured_on logicalTypeOptions",
        "version '1.1' is no semantic version",
        "no counterpart for status 'proposed'",
    ],
)
def test_what_an_older_document_says_more_is_said(note: str) -> None:
    assert note in imported("air", "readings").notes


def test_each_skeleton_is_a_table() -> None:
    for made in (imported("payments"), imported("air", "stations"), imported("air", "readings")):
        assert Table.model_validate(made.spec).from_.startswith("bronze.")


def document(**changes: Any) -> dict[str, Any]:
    return {"apiVersion": "v3.1.0", "kind": "DataContract", "schema": [{"name": "orders"}], **changes}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"schema": []}, "the document has 0 tables"),
        ({"schema": [{"name": "a"}, {"name": "b"}]}, "the document has 2 tables"),
        ({"schema": "orders"}, "'schema' is not a list of maps"),
        ({"schema": [{"name": "a", "properties": {"id": 1}}]}, "'properties' is not a list of maps"),
        (
            {"schema": [{"name": "a", "properties": [{"name": "b", "logicalType": "date", "required": "yes"}]}]},
            "'required' is not true or",
        ),
    ],
)
def test_a_document_of_the_wrong_shape_is_refused(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(ConfigError, match="LS179") as caught:
        skeleton(document(**changes))
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("kind: Table\n", "the document is no data contract"),
        ("- a\n", "the document is no data contract"),
        ("kind: DataContract\napiVersion: v2.2.2\n", "apiVersion 'v2.2.2' is not known"),
        ("kind: [\n", "no valid YAML"),
    ],
)
def test_what_is_no_document_is_refused(text: str, what: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match="LS179") as caught:
        read_document(file)
    assert what in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="LS179"):
        read_document(tmp_path / "a.yaml")


def test_a_newer_document_is_read_with_a_note() -> None:
    made = skeleton(document(apiVersion="v3.2.0", shiny="new"))
    assert "no counterpart for 'shiny'" in made.notes
    assert any(note.startswith("apiVersion v3.2.0 is newer") for note in made.notes)


def test_an_edited_rule_counts_more_than_what_was_exported() -> None:
    setting = {"property": "lakesmith.check", "value": {"check": "null_share"}}
    rule = {"metric": "nullValues", "mustBeLessOrEqualTo": 7, "unit": "percent", "customProperties": [setting]}
    made = skeleton(document(schema=[{"name": "a", "properties": [{"name": "b", "quality": [rule]}]}]))
    assert made.spec["checks"] == [{"id": "b_null_share", "check": "null_share", "column": "b", "max": "7 %"}]


def test_a_check_of_ours_that_is_not_valid_is_said() -> None:
    rule = {"type": "custom", "engine": "lakesmith", "implementation": {"check": "length", "column": "b"}, "id": "c"}
    made = skeleton(document(schema=[{"name": "a", "quality": [rule]}]))
    assert "checks" not in made.spec
    assert any("check 'length' needs 'min' or 'max'" in note and note.endswith("c") for note in made.notes)


@pytest.mark.parametrize("arguments", [{"validValues": "EUR"}, {"validValues": 5}])
def test_a_list_that_is_none_is_refused(arguments: dict[str, Any]) -> None:
    rule = {"metric": "invalidValues", "mustBe": 0, "arguments": arguments}
    with pytest.raises(ConfigError, match="'validValues' is not a list"):
        skeleton(document(schema=[{"name": "a", "properties": [{"name": "b", "quality": [rule]}]}]))


def test_settings_of_ours_that_make_no_spec_are_refused() -> None:
    write = {"property": "lakesmith.write", "value": {"strategy": "upserts"}}
    with pytest.raises(ConfigError, match="the document makes no table spec: write"):
        skeleton(document(schema=[{"name": "a", "customProperties": [write]}]))

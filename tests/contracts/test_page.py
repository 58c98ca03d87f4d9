"""The examples of docs/contracts.md give what they show."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lakesmith.contracts.odcs.spark_types import LOGICAL
from tests.cli.verbs import data, invoke

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "contracts.md").read_text()
SPEC, DOCUMENT = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CONSOLE = dict(re.findall(r"^```console\n\$ lakesmith (.*?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
FILES = {
    "conf/base.yml": "name: shop\n",
    "conf/sources/orders.yml": "format: csv\npath: in/orders\ncolumns: [order_id, price, day]\n",
    "conf/tables/bronze/orders.yml": "from: sources.orders\n",
    "conf/tables/silver/orders.yml": SPEC,
    "payments.odcs.yaml": DOCUMENT,
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the specs and the document of the page."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        file = Path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_the_specs_are_valid() -> None:
    assert data("validate")["ok"] is True


def test_the_change_is_refused_as_shown() -> None:
    shutil.copytree("conf", "main")
    silver = Path("conf/tables/silver/orders.yml")
    silver.write_text(SPEC.replace('"decimal(12,2)"', "int"))
    done = invoke("validate", "--against", "main")
    shown = CONSOLE["validate --against main"]
    assert re.sub(r"orders.yml:\d+", "orders.yml:N", done.stderr) == re.sub(r"orders.yml:\d+", "orders.yml:N", shown)
    line = SPEC.splitlines().index('  price: {type: "decimal(12,2)", unit: EUR}') + 1
    assert f"orders.yml:{line} " in done.stderr


def test_the_export_is_as_shown() -> None:
    done = invoke("contract", "export", "silver.orders")
    assert (done.stdout, done.stderr) == (CONSOLE["contract export silver.orders"], "")


def test_the_import_is_as_shown() -> None:
    done = invoke("contract", "import", "payments.odcs.yaml")
    assert done.stderr + done.stdout == CONSOLE["contract import payments.odcs.yaml"]


def test_the_table_of_types_is_complete() -> None:
    rows = re.findall(r"^\| (`.*?) \| `", PAGE.partition("## Types")[2], re.MULTILINE)
    named = {name.partition("(")[0].partition("<")[0] for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert named == set(LOGICAL)


def test_a_file_is_written() -> None:
    done = invoke("contract", "export", "silver.orders", "--out", "out/orders.odcs.yaml")
    assert done.stdout == "written: out/orders.odcs.yaml\n"
    assert Path("out/orders.odcs.yaml").read_text() == CONSOLE["contract export silver.orders"]


def test_the_answers_as_json() -> None:
    exported = data("contract", "export", "bronze.orders")
    assert exported["document"]["version"] == "0.0.0"
    assert exported["notes"] == [
        "no contract.version: the document has version 0.0.0",
        "the table has no columns in its spec: the document has none either",
    ]
    assert data("contract", "import", "payments.odcs.yaml")["spec"]["write"]["keys"] == ["id"]


def test_an_unknown_table_is_refused() -> None:
    done = invoke("contract", "export", "silver.order")
    assert (done.exit_code, "LS209 no table 'silver.order'" in done.stderr) == (2, True)


def test_what_is_no_document_is_refused() -> None:
    done = invoke("contract", "import", "conf/base.yml")
    assert (done.exit_code, "LS179 the document is no data contract" in done.stderr) == (2, True)


def test_contracts_are_exchanged_without_pyspark() -> None:
    root = Path(__file__).resolve().parents[2]
    code = (
        "import sys; sys.modules['pyspark'] = None; from lakesmith.cli.app import app; "
        "app(['contract', 'export', 'silver.orders'], standalone_mode=False); "
        "app(['contract', 'import', 'payments.odcs.yaml'], standalone_mode=False)"
    )
    env = {**os.environ, "PYTHONPATH": str(root / "lib")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, "apiVersion: v3.1.0" in done.stdout) == (0, True), done.stderr

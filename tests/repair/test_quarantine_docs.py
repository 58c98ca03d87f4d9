"""What docs/quarantine.md shows is taken by the code as it is written there."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from lakesmith.repair.patch_file import read_corrections
from lakesmith.repair.replay_guards import require_repeatable
from lakesmith.spec.model.quarantine import Quarantine

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "quarantine.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_corrections_are_read(tmp_path: Path) -> None:
    yaml_text, _ = blocks("yaml")
    (csv_text,) = blocks("csv")
    found = []
    for name, text in (("fix.yml", yaml_text), ("fix.csv", csv_text)):
        file = tmp_path / name
        file.write_text(text)
        found.append([(dict(one.where), dict(one.values)) for one in read_corrections(file)])
    assert found[0] == [({}, {"Qty": "7"}), ({"OrderId": "9", "Sku": "C"}, {"Qty": "4", "Note": None})]
    assert found[1] == [
        ({"OrderId": "4", "Sku": "D"}, {"Qty": "7"}),
        ({"OrderId": "9", "Sku": "C"}, {"Qty": "4", "Day": "2026-01-04"}),
    ]


def test_the_settings_are_those_of_the_model() -> None:
    _, settings = blocks("yaml")
    assert Quarantine.model_validate(yaml.safe_load(settings)["quarantine"]).warn == "5 %"


def test_the_conditions_select_the_same_rows_again() -> None:
    conditions = re.findall(r'--where "(.*)"', PAGE)
    assert len(conditions) == 2
    for condition in conditions:
        require_repeatable(condition)

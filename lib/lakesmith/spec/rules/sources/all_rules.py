"""List the rules of sources, which a new rule joins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lakesmith.spec.rules.sources.columns import (
    column_rules,
    field_name_rules,
    header_rules,
    optional_column_rules,
)
from lakesmith.spec.rules.sources.database import database_rules
from lakesmith.spec.rules.sources.files import (
    delimiter_rules,
    needed_rules,
    pattern_rules,
    setting_rules,
)
from lakesmith.spec.rules.sources.lines import (
    line_pattern_rules,
    line_rules,
    width_rules,
)

if TYPE_CHECKING:
    from lakesmith.spec.model.source import SourceSpec
    from lakesmith.spec.yaml.provenance import Finding

SOURCE_RULES: tuple[Callable[[SourceSpec], Iterator[Finding]], ...] = (
    column_rules,
    field_name_rules,
    header_rules,
    setting_rules,
    needed_rules,
    line_rules,
    line_pattern_rules,
    width_rules,
    optional_column_rules,
    pattern_rules,
    delimiter_rules,
    database_rules,
)

"""The typed, frozen models of a project: what a YAML spec may say."""

from lakesmith.spec.model.base import (
    ColumnName,
    InputName,
    Layer,
    Model,
    Name,
    TableName,
)
from lakesmith.spec.model.check import TABLE_CHECKS, Check, OnFail, OnNull
from lakesmith.spec.model.project import Project, ProjectMaintenance
from lakesmith.spec.model.source import BatchBounds, FilesSource, SourceSpec
from lakesmith.spec.model.table import Column, Maintenance, Profile, Table
from lakesmith.spec.model.write import TRUNCATES, UNAVAILABLE, KeyFilter, Write

__all__ = [
    "TABLE_CHECKS", "TRUNCATES", "UNAVAILABLE", "BatchBounds", "Check", "Column", "ColumnName",
    "FilesSource", "InputName", "KeyFilter", "Layer", "Maintenance", "Model", "Name", "OnFail",
    "OnNull", "Profile", "Project", "ProjectMaintenance", "SourceSpec", "Table", "TableName", "Write",
]  # fmt: skip

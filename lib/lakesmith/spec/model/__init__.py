"""Define the typed, frozen models of the YAML specs."""

from lakesmith.spec.model.base import (
    LAYERS,
    NAME_PATTERN,
    ColumnName,
    InputName,
    Layer,
    Model,
    Name,
    TableName,
)
from lakesmith.spec.model.checks import Check, OnFail, OnNull
from lakesmith.spec.model.contract import Contract, Slo
from lakesmith.spec.model.http import HttpSource
from lakesmith.spec.model.jdbc import JdbcSource
from lakesmith.spec.model.kafka import KafkaSource
from lakesmith.spec.model.project import Project, ProjectMaintenance
from lakesmith.spec.model.source import BatchBounds, FilesSource, SourceSpec
from lakesmith.spec.model.source_types import AnySource
from lakesmith.spec.model.table import Column, Maintenance, Profile, Table
from lakesmith.spec.model.write import UNAVAILABLE, KeyFilter, Write

__all__ = [
    "LAYERS",
    "NAME_PATTERN",
    "UNAVAILABLE",
    "AnySource",
    "BatchBounds",
    "Check",
    "Column",
    "ColumnName",
    "Contract",
    "FilesSource",
    "HttpSource",
    "InputName",
    "JdbcSource",
    "KafkaSource",
    "KeyFilter",
    "Layer",
    "Maintenance",
    "Model",
    "Name",
    "OnFail",
    "OnNull",
    "Profile",
    "Project",
    "ProjectMaintenance",
    "Slo",
    "SourceSpec",
    "Table",
    "TableName",
    "Write",
]

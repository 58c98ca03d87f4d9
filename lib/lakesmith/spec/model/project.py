"""Define what a spec may say of a whole project."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from lakesmith.spec.model.base import Layer, Model, Name
from lakesmith.spec.model.source import AnySource
from lakesmith.spec.model.table import Maintenance, Profile, Table


class ProjectMaintenance(Maintenance):
    """What holds for tables that say nothing themselves; `dry_run` is true in the environment ``prod``, else false."""

    dry_run: bool | None = None


class Project(Model):
    """A whole project: base settings, sources and tables after all overlays."""

    version: Literal[1] = 1
    name: Name
    env: Name = "local"
    warehouse: str = "./warehouse"
    catalog: Name | None = None
    schema_prefix: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,63})?$")] = ""
    parallel: PositiveInt = 2
    lock_wait_seconds: Annotated[int, Field(ge=0)] = 60
    durable: bool = True
    profile: Profile = Profile()
    maintenance: ProjectMaintenance = ProjectMaintenance()
    sources: dict[Name, AnySource] = Field(default_factory=dict)
    tables: dict[Layer, dict[Name, Table]] = Field(default_factory=dict)

    def table(self, name: str) -> Table:
        """Return the table ``layer.name``."""
        layer, short = name.split(".", 1)
        return self.tables[layer][short]  # type: ignore[index]

    def table_names(self) -> tuple[str, ...]:
        """Return every table as ``layer.name``, in the order of layers and specs."""
        return tuple(
            f"{layer}.{name}"
            for layer, tables in self.tables.items()
            for name in tables
        )

    def profile_of(self, name: str) -> Profile:
        """Return the profile settings that apply to a table: its own, else the project's."""
        return self.table(name).profile or self.profile

    def maintenance_of(self, name: str) -> Maintenance:
        """Return the maintenance settings of a table: what it says itself, else what the project says."""
        own = self.table(name).maintenance
        said = {key: getattr(own, key) for key in own.model_fields_set} if own else {}
        return self.maintenance.model_copy(update=said)

    @property
    def maintains_dry(self) -> bool:
        """Whether `maintain` only says what it would do, unless it is told otherwise."""
        dry_run = self.maintenance.dry_run
        return self.env == "prod" if dry_run is None else dry_run

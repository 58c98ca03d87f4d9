"""Define the spec of a whole project."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt

from lakesmith.spec.model.base import Layer, Model, Name
from lakesmith.spec.model.check_sets import CheckSet
from lakesmith.spec.model.quarantine import Quarantine
from lakesmith.spec.model.source_types import AnySource
from lakesmith.spec.model.table import Maintenance, Profile, Table


class ProjectMaintenance(Maintenance):
    """Settings of `lakesmith maintain` for all tables."""

    dry_run: bool | None = Field(
        None,
        description="Whether `maintain` only prints what it would do. The default is true in"
        " the environment `prod`, else false.",
    )


class Project(Model):
    """The settings of a project, with its sources and tables after all overlays."""

    version: Literal[1] = Field(1, description="Version of the spec.")
    name: Name = Field(description="Name of the project.")
    env: Name = Field("local", description="Environment, set by `--env`.")
    warehouse: str = Field(
        "./warehouse", description="Directory or URL of the tables without a catalog."
    )
    catalog: Name | None = Field(
        None, description="Catalog of the tables, such as a Unity Catalog."
    )
    schema_prefix: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,63})?$")] = Field(
        "", description="Text before the names of the schemas in the catalog."
    )
    parallel: PositiveInt = Field(2, description="Tables that are built at one time.")
    lock_wait_seconds: Annotated[int, Field(ge=0)] = Field(
        60, description="How long a run waits for another one."
    )
    durable: bool = Field(
        True,
        description="Whether commits on a local disk survive a power loss.",
    )
    profile: Profile = Field(
        Profile(), description="Profile settings of tables that have none."
    )
    maintenance: ProjectMaintenance = Field(
        ProjectMaintenance(), description="Maintenance settings of all tables."
    )
    quarantine: Quarantine = Field(
        Quarantine(), description="Settings of the quarantines of all tables."
    )
    sources: dict[Name, AnySource] = Field(
        default_factory=dict,
        description="Settings of sources by name, in overlays only.",
    )
    tables: dict[Layer, dict[Name, Table]] = Field(
        default_factory=dict,
        description="Settings of tables by layer and name, in overlays only.",
    )
    check_sets: dict[Name, CheckSet] = Field(
        default_factory=dict,
        description="Settings of sets of checks by name, in overlays only.",
    )

    def table(self, name: str) -> Table:
        """Return the table ``layer.name``.

        Examples
        --------
        >>> spec = {"name": "shop", "tables": {"gold": {"daily": {"from": "silver.orders"}}}}
        >>> Project.model_validate(spec).table("gold.daily").from_
        'silver.orders'
        """
        layer, short = name.split(".", 1)
        return self.tables[layer][short]  # type: ignore[index]

    def table_names(self) -> tuple[str, ...]:
        """Return every table as ``layer.name``, in the order of layers and specs.

        Examples
        --------
        >>> table = {"from": "silver.orders"}
        >>> spec = {"name": "shop", "tables": {"gold": {"daily": table, "monthly": table}}}
        >>> Project.model_validate(spec).table_names()
        ('gold.daily', 'gold.monthly')
        """
        return tuple(
            f"{layer}.{name}"
            for layer, tables in self.tables.items()
            for name in tables
        )

    def profile_of(self, name: str) -> Profile:
        """Return the profile settings of a table, which are the project's if it has none.

        Examples
        --------
        >>> table = {"from": "silver.orders"}
        >>> tables = {"gold": {"daily": table}}
        >>> project = Project(name="shop", profile=Profile(level="off"), tables=tables)
        >>> project.profile_of("gold.daily").level
        'off'
        """
        return self.table(name).profile or self.profile

    def maintenance_of(self, name: str) -> Maintenance:
        """Return the maintenance settings of a table.

        A setting that the table does not have is the project's.

        Examples
        --------
        >>> table = {"from": "silver.orders", "maintenance": {"vacuum": False}}
        >>> tables = {"gold": {"daily": table}}
        >>> of_all = ProjectMaintenance(min_small_files=3)
        >>> project = Project(name="shop", maintenance=of_all, tables=tables)
        >>> settings = project.maintenance_of("gold.daily")
        >>> settings.vacuum, settings.min_small_files
        (False, 3)
        """
        own = _own(self.table(name).maintenance)
        return self.maintenance.model_copy(update=own)

    def quarantine_of(self, name: str) -> Quarantine:
        """Return the quarantine settings of a table.

        A setting that the table does not have is the project's.

        Examples
        --------
        >>> table = {"from": "silver.orders", "quarantine": {"warn": "5 %"}}
        >>> tables = {"gold": {"daily": table}}
        >>> project = Project(name="shop", quarantine={"retention": "90d"}, tables=tables)
        >>> settings = project.quarantine_of("gold.daily")
        >>> settings.retention, settings.warn
        ('90d', '5 %')
        """
        own = _own(self.table(name).quarantine)
        return self.quarantine.model_copy(update=own)

    @property
    def maintains_dry(self) -> bool:
        """Whether `maintain` only prints what it would do, without an option of the command.

        Examples
        --------
        >>> Project(name="shop", env="prod").maintains_dry
        True
        """
        dry_run = self.maintenance.dry_run
        return self.env == "prod" if dry_run is None else dry_run


def _own(settings: Model | None) -> dict[str, Any]:
    """Return the settings that a table has itself."""
    keys = settings.model_fields_set if settings else ()
    return {key: getattr(settings, key) for key in keys}

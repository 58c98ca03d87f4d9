"""Import the modules of all tools, which registers them."""

from lakesmith.check_imports.dbt import schema_file
from lakesmith.check_imports.dqx import checks_file
from lakesmith.check_imports.great_expectations import suite
from lakesmith.check_imports.soda import files

__all__ = ["checks_file", "files", "schema_file", "suite"]

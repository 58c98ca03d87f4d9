"""Build a small project for the examples in docstrings."""

from __future__ import annotations

from lakesmith.spec.model.project import Project


def example_project() -> Project:
    """Return a project that lands the CSV source ``s`` as ``bronze.a``, which ``silver.b`` reads.

    Examples
    --------
    >>> example_project().table_names()
    ('bronze.a', 'silver.b')
    """
    source = {"format": "csv", "path": "in", "columns": ["id"]}
    bronze = {"a": {"from": "sources.s"}}
    silver = {"b": {"from": "bronze.a"}}
    spec = {"name": "shop", "sources": {"s": source}}
    return Project.model_validate(
        {**spec, "tables": {"bronze": bronze, "silver": silver}}
    )

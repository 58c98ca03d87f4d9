"""Make a Databricks bundle from the environments and the graph of the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Literal

from lakesmith.deploy import bundle as shape
from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.graph import references, upstreams, waves
from lakesmith.spec.model.base import LAYERS

if TYPE_CHECKING:
    from lakesmith.spec.model.project import Project

Tasks = Literal["pipeline", "layers"]

# The runtime that is Spark 4.2: https://docs.databricks.com/release-notes/runtime/19
SPARK_VERSION = "19.x-scala2.13"
CLUSTER = "lakesmith"
LONGEST = 2000
PARAMETERS = {
    "catalog": "${var.catalog}",
    "schema_prefix": "${var.schema_prefix}",
    "run_date": "",
}
OWN_SCHEMAS = "dev_${workspace.current_user.short_name}_"
BUILD = "rm -rf build dist && python3 -m pip wheel --quiet --no-deps --wheel-dir dist ."
NOT_DEPLOYED = [
    ".venv/**",
    "warehouse/**",
    "data/**",
    "in/**",
    "spark-warehouse/**",
    "tests/**",
    "notebooks/**",
]
_MACHINE = (
    "Machine of driver and workers; Azure: Standard_D4ds_v5, Google: n2-highmem-4"
)
VARIABLES: dict[str, tuple[str, str | int | None]] = {
    "catalog": ("Catalog of the tables", None),
    "schema_prefix": ("Put before the name of each schema", ""),
    "cron": ("When the job starts, as a Quartz expression in UTC", "0 0 5 * * ?"),
    "owner": (
        "In whose folder the one production copy is stored",
        "${workspace.current_user.userName}",
    ),
    "spark_version": ("Databricks Runtime; Spark 4.2 is needed", SPARK_VERSION),
    "node_type_id": (_MACHINE, "i3.xlarge"),
    "workers": ("Number of workers", 2),
}


def bundle_file(
    conf: str, targets: Mapping[str, Project], *, builds_wheel: bool
) -> shape.BundleFile:
    """Return ``databricks.yml`` with one target an environment.

    Parameters
    ----------
    conf : str
        Name of the directory with the specs, beside ``databricks.yml``.
    targets : mapping
        Environments with their projects.
    builds_wheel : bool
        Whether the project has a ``setup.py``. If not, a wheel of Lakesmith is expected in
        ``dist/``.
    """
    project = next(iter(targets.values()))
    wheel = shape.Artifact(type="whl", build=BUILD, path=".", dynamic_version=True)
    return shape.BundleFile(
        bundle=shape.BundleName(name=project.name),
        include=[f"{conf}/databricks/*.yml"],
        # The Spark settings of one's own machines would be laid over those of the cluster.
        sync=shape.Sync(exclude=[f"{conf}/spark/**", *NOT_DEPLOYED]),
        artifacts={"wheel": wheel} if builds_wheel else None,
        variables={
            name: shape.Variable(description=text, default=default)
            for name, (text, default) in VARIABLES.items()
        },
        targets={name: _target(name, found) for name, found in targets.items()},
    )


def _target(name: str, project: Project) -> shape.Target:
    variables = {"catalog": str(project.catalog)}
    if name == "dev":
        variables["schema_prefix"] = project.schema_prefix or OWN_SCHEMAS
        return shape.Target(mode="development", default=True, variables=variables)
    if project.schema_prefix:
        variables["schema_prefix"] = project.schema_prefix
    root = "/Workspace/Users/${var.owner}/.bundle/${bundle.name}/${bundle.target}"
    return shape.Target(
        mode="production",
        workspace=shape.Workspace(root_path=root),
        variables=variables,
    )


def job_file(conf: str, project: Project, tasks: Tasks = "pipeline") -> shape.JobFile:
    """Return the job of a project.

    Parameters
    ----------
    conf : str
        Name of the directory with the specs, which is deployed as workspace files.
    project : Project
    tasks : {"pipeline", "layers"}
        ``pipeline`` is one task that builds all tables and publishes them together, then prints
        their verdicts. ``layers`` is one task a layer, to be repaired one by one. Each publishes
        alone, and a refused table stops every later layer. A task a table would be a run each, and
        runs take turns.

    Raises
    ------
    ConfigError
        LS835 when the layers read each other.
    """
    made = (
        _layer_tasks(conf, project)
        if tasks == "layers"
        else _pipeline_tasks(conf, project)
    )
    job = shape.Job(
        name=project.name,
        description=_described(waves(project)),
        schedule=shape.Schedule(
            quartz_cron_expression="${var.cron}", timezone_id="UTC"
        ),
        max_concurrent_runs=1,
        queue=shape.Queue(enabled=True),
        parameters=[
            shape.Parameter(name=name, default=default)
            for name, default in PARAMETERS.items()
        ],
        tasks=made,
        job_clusters=[
            shape.JobCluster(job_cluster_key=CLUSTER, new_cluster=_cluster())
        ],
    )
    return shape.JobFile(resources=shape.Resources(jobs={project.name: job}))


def _cluster() -> shape.NewCluster:
    return shape.NewCluster(
        spark_version="${var.spark_version}",
        node_type_id="${var.node_type_id}",
        num_workers="${var.workers}",
        data_security_mode="SINGLE_USER",
        spark_conf={"spark.sql.session.timeZone": "UTC"},
    )


def _described(built: Sequence[Sequence[str]]) -> str:
    waves = [", ".join(wave) for wave in built]
    names = "; then ".join(waves) or "nothing yet"
    if len(names) > LONGEST:
        count = sum(len(wave) for wave in built)
        names = f"{count} tables in {len(built)} wave(s)"
    return f"Builds {names}"


def _pipeline_tasks(conf: str, project: Project) -> list[shape.Task]:
    count = len(project.table_names())
    return [
        _task(conf, "pipeline", f"Builds {count} table(s) and publishes them together"),
        _task(conf, "quality", "Prints the verdicts of the run", after="pipeline"),
    ]


def _layer_tasks(conf: str, project: Project) -> list[shape.Task]:
    made: list[shape.Task] = []
    for layer in layer_order(project):
        names = [name for name in project.table_names() if name.startswith(f"{layer}.")]
        made.append(
            _task(
                conf,
                layer,
                _described([names]),
                after=made[-1].task_key if made else None,
            )
        )
    return made


def layer_order(project: Project) -> tuple[str, ...]:
    """Return the layers that have tables, each after all that it reads.

    Raises
    ------
    ConfigError
        LS835 when two layers read each other.
    """
    used_layers = [layer for layer in LAYERS if layer in project.tables]
    reads: dict[str, set[str]] = {layer: set() for layer in used_layers}
    for name in project.table_names():
        layer = name.split(".")[0]
        table = project.table(name)
        read = (*upstreams(table), *references(table))
        layers = {one.split(".")[0] for one in read}
        reads[layer] |= layers.intersection(used_layers) - {layer}
    try:
        return tuple(TopologicalSorter(reads).static_order())
    except CycleError as error:
        cycle = sorted(set(error.args[1]))
        what = f"the layers {' and '.join(cycle)} read each other"
        problem = Problem("LS835", what, key="tables", hint="use --tasks pipeline")
        raise ConfigError([problem]) from error


def _task(
    conf: str, job: str, description: str, after: str | None = None
) -> shape.Task:
    places = {"conf": f"${{workspace.file_path}}/{conf}", "env": "${bundle.target}"}
    # The job's parameters reach a task with named parameters anyway; here a reader sees which.
    named = places | {name: f"{{{{job.parameters.{name}}}}}" for name in PARAMETERS}
    return shape.Task(
        task_key=job,
        description=description,
        depends_on=[shape.TaskDependency(task_key=after)] if after else None,
        python_wheel_task=shape.PythonWheelTask(
            package_name="lakesmith",
            entry_point=f"lakesmith-{job}",
            named_parameters=named,
        ),
        job_cluster_key=CLUSTER,
        libraries=[shape.Library(whl="../../dist/*.whl")],
        max_retries=2,
        min_retry_interval_millis=60_000,
        retry_on_timeout=False,
        timeout_seconds=4 * 3600,
    )


def out_of_reach(project: Project) -> Sequence[str]:
    """Return the sources whose path is relative, which a deployed job cannot find.

    Examples
    --------
    >>> from lakesmith.spec.model.project import Project
    >>> source = {"format": "csv", "columns": ["id"]}
    >>> sources = {"a": source | {"path": "in/a"}, "b": source | {"path": "/Volumes/x/y/b"}}
    >>> out_of_reach(Project.model_validate({"name": "shop", "sources": sources}))
    ['a']
    """
    return [
        name
        for name, source in project.sources.items()
        if any(
            not (path.startswith("/") or ":" in path) for path in source.paths.values()
        )
    ]

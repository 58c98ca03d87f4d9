"""Define the fields of a Databricks bundle that Lakesmith writes.

Names and meaning: https://docs.databricks.com/dev-tools/bundles/reference (``databricks.yml``) and
https://docs.databricks.com/api/workspace/jobs/create (jobs).
"""

from __future__ import annotations

from typing import Literal

from lakesmith.spec.model.base import Model, Name


class BundleName(Model):
    """The bundle itself."""

    name: Name


class Sync(Model):
    """Which files go to the workspace besides those that ``.gitignore`` leaves out."""

    exclude: list[str]


class Artifact(Model):
    """Define a wheel that is built before each deployment."""

    type: Literal["whl"]
    build: str
    path: str
    dynamic_version: bool


class Variable(Model):
    """Define a value that a target, ``--var`` or ``BUNDLE_VAR_<name>`` sets."""

    description: str
    default: str | int | None = None


class Workspace(Model):
    """Where the files of a target lie."""

    root_path: str


class Target(Model):
    """Define one place to deploy to, which is an environment of the project."""

    mode: Literal["development", "production"]
    default: Literal[True] | None = None
    workspace: Workspace | None = None
    variables: dict[str, str]


class BundleFile(Model):
    """``databricks.yml``."""

    bundle: BundleName
    include: list[str]
    sync: Sync
    artifacts: dict[Name, Artifact] | None = None
    variables: dict[Name, Variable]
    targets: dict[Name, Target]


class Parameter(Model):
    """Define a parameter of the job, which a manual start can override."""

    name: Name
    default: str


class Schedule(Model):
    """Define when the job starts. A target in development mode pauses it."""

    quartz_cron_expression: str
    timezone_id: str


class Queue(Model):
    """Whether a start waits while the job runs, instead of being skipped."""

    enabled: bool


class NewCluster(Model):
    """The cluster that the tasks of one run share."""

    spark_version: str
    node_type_id: str
    num_workers: int | str
    data_security_mode: Literal["SINGLE_USER"]
    spark_conf: dict[str, str]


class JobCluster(Model):
    """A cluster and the name by which tasks ask for it."""

    job_cluster_key: str
    new_cluster: NewCluster


class TaskDependency(Model):
    """A task that has to succeed first."""

    task_key: str


class PythonWheelTask(Model):
    """An entry point of a wheel, called with ``--name=value`` for each named parameter."""

    package_name: str
    entry_point: str
    named_parameters: dict[str, str]


class Library(Model):
    """A wheel to install."""

    whl: str


class Task(Model):
    """One task of the job."""

    task_key: str
    description: str
    depends_on: list[TaskDependency] | None = None
    python_wheel_task: PythonWheelTask
    job_cluster_key: str
    libraries: list[Library]
    max_retries: int
    min_retry_interval_millis: int
    retry_on_timeout: bool
    timeout_seconds: int


class Job(Model):
    """A job with its tasks."""

    name: str
    description: str
    schedule: Schedule
    max_concurrent_runs: int
    queue: Queue
    parameters: list[Parameter]
    tasks: list[Task]
    job_clusters: list[JobCluster]


class Resources(Model):
    """What the bundle makes in the workspace."""

    jobs: dict[Name, Job]


class JobFile(Model):
    """``conf/databricks/<project>.job.yml``."""

    resources: Resources

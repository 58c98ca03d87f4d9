"""Explain the codes of the environment and of deployment, LS8xx."""

from __future__ import annotations

ENVIRONMENT_CODES: dict[str, tuple[str, str, str]] = {
    "LS800": (
        "unsuitable environment",
        "Java, Spark or a library is missing or has another version.",
        "Install what the message names.",
    ),
    "LS801": (
        "Spark did not start",
        "No Spark session could be started. Most often Java is missing.",
        "Install Java 17 or 21 and set JAVA_HOME.",
    ),
    "LS802": (
        "wheel cannot be built",
        "A cluster receives this checkout as a wheel, and building it failed.",
        "Read the message. `make install` installs the build tools.",
    ),
    "LS804": (
        "Spark stopped or broke",
        "While a batch was written the JVM of the session stopped, or could not find its own"
        " classes.",
        "Read Spark's log and run again. Started batches are finished, and no row is"
        " duplicated.",
    ),
    "LS810": (
        "local path that Spark cannot reach",
        "The Spark Connect server runs on another machine, where a local path names other"
        " files.",
        "Use a path that both machines reach, such as a URL, set catalog, or start Spark on"
        " this machine.",
    ),
    "LS811": (
        "missing schema in the catalog",
        "A run creates the schemas of its layers. This one is missing, and the user of the run"
        " may not create it.",
        "Ask an administrator to create it, or choose another catalog or schema_prefix.",
    ),
    "LS812": (
        "Delta Lake is missing in the session",
        "The session lacks the settings that Delta Lake needs.",
        "Start Spark with Delta's JAR and the settings that the message names."
        " conf/spark/*.conf has all of them.",
    ),
    "LS813": (
        "Python of the workers does not match",
        "Python functions need the Python version of the driver, and pyarrow, on every worker.",
        "Set PYSPARK_PYTHON, or ship a Python with `spark-submit.sh package`.",
    ),
    "LS814": (
        "session cannot write tables",
        "A trial on a table with two rows failed.",
        "Check that Delta's JAR matches the version of Spark.",
    ),
    "LS830": (
        "pyspark is missing",
        "The wheel does not include pyspark and delta-spark, because a cluster has them. This"
        " environment does not.",
        "Install lakesmith[spark], or start the job with spark-submit.",
    ),
    "LS831": (
        "no environment to deploy to",
        "A deployed job stores its tables in a catalog, and no conf/<env>.yml names one.",
        "Write conf/dev.yml and conf/prod.yml with catalog: NAME and the paths of the sources.",
    ),
    "LS832": (
        "source that the deployed job cannot reach",
        "A relative path starts at the working directory, which a deployed job does not have.",
        "Set an absolute path or URL in the environment's file, such as"
        " /Volumes/<catalog>/<schema>/<volume>.",
    ),
    "LS833": (
        "outdated deployment files",
        "The deployment files differ from what the specs generate now. The specs changed, or a"
        " generated file was edited.",
        "Run `lakesmith deploy-spec databricks`. Keep your own settings in"
        " conf/databricks/own.yml.",
    ),
    "LS834": (
        "file was not generated",
        "A file that Lakesmith did not generate has the name of a generated file. It is never"
        " overwritten.",
        "Move it away, or write elsewhere with --output.",
    ),
    "LS835": (
        "layers read each other",
        "A silver table reads gold and a gold table reads silver, so the layers cannot run one"
        " after the other.",
        "Deploy the whole pipeline as one task with --tasks pipeline.",
    ),
}

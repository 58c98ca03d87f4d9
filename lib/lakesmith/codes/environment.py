"""Codes of the environment and of deployment: LS8xx."""

from __future__ import annotations

ENVIRONMENT_CODES: dict[str, tuple[str, str, str]] = {
    "LS800": (
        "the environment does not fit",
        "Java, Spark or a library is missing or of another version.",
        "Install what the message names.",
    ),
    "LS801": (
        "Spark did not start",
        "No Spark session could be started; most often Java is missing.",
        "Install Java 17 or 21 and set JAVA_HOME.",
    ),
    "LS802": (
        "wheel cannot be built",
        "What a cluster is sent is a wheel of this checkout, and building it failed.",
        "See the message; `make install` brings the tools that build it.",
    ),
    "LS804": (
        "Spark ended or broke",
        "The JVM of the session died, or does not find its own classes, while a batch was written.",
        "See Spark's own log; run again: what was begun is ended, nothing is doubled.",
    ),
    "LS810": (
        "local path out of Spark's reach",
        "The Spark Connect server runs on another machine, where a local path names other files.",
        "Name a path that both reach, such as a URL, set catalog, or start Spark on this machine.",
    ),
    "LS811": (
        "schema missing in the catalog",
        "A run creates the schemas of its layers; this one is missing and may not be created.",
        "Let somebody create it who may, or choose another catalog or schema_prefix.",
    ),
    "LS812": (
        "Delta Lake missing in the session",
        "The session lacks the settings that Delta needs, so it reads and writes no table of a lake.",
        "Start Spark with the settings named, beside Delta's JAR; conf/spark/*.conf has all of them.",
    ),
    "LS813": (
        "Python of the workers does not fit",
        "Python functions need the driver's Python version and pyarrow on every worker.",
        "Set PYSPARK_PYTHON, or ship a Python with `spark-submit.sh package`.",
    ),
    "LS814": (
        "session cannot do what a run needs",
        "A trial on a table of two rows failed.",
        "Check Delta's JAR against the version of Spark.",
    ),
    "LS830": (
        "Spark's Python package is missing",
        "The wheel leaves pyspark and delta-spark to the cluster, which brings its own; here there is none.",
        "Install lakesmith[spark], or start the job by spark-submit.",
    ),
    "LS831": (
        "no environment to deploy to",
        "Tables of a deployed job lie in a catalog, and no conf/<env>.yml names one.",
        "Write conf/dev.yml and conf/prod.yml with catalog: NAME and the paths of the sources.",
    ),
    "LS832": (
        "source out of reach of the deployed job",
        "A relative path means the working directory, which a deployed job does not have.",
        "Set an absolute path or URL in the environment's file, such as /Volumes/<catalog>/<schema>/<volume>.",
    ),
    "LS833": (
        "deployment files are not those of the specs",
        "What lies there differs from what the specs give now: they changed, or somebody edited a generated file.",
        "Run `lakesmith deploy-spec databricks`; keep settings of your own in conf/databricks/own.yml.",
    ),
    "LS834": (
        "file is not a generated one",
        "A file that somebody wrote by hand lies where a generated one should be; it is never overwritten.",
        "Move it away, or write elsewhere with --output.",
    ),
    "LS835": (
        "layers read each other",
        "A silver table reads gold and a gold table reads silver, so the layers cannot run one after the other.",
        "Deploy the whole pipeline as one task: --tasks pipeline.",
    ),
}

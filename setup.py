"""Package ``lib/``, with the jobs and the sample's specs inside the wheel."""

from __future__ import annotations

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
# A cluster brings Spark and Delta of its own, and a second Spark installed over it breaks the
# session.
SPARK = ["pyspark>=4.2,<4.3", "delta-spark==4.4.0"]
# What pyspark needs to talk to a Spark Connect server.
CONNECT = [
    *SPARK,
    "grpcio>=1.76",
    "grpcio-status>=1.76",
    "googleapis-common-protos>=1.71",
    "zstandard>=0.25",
]
JOBS = ("bronze", "silver", "gold", "quality", "pipeline", "maintain")

setup(
    name="lakesmith",
    version="0.1.0",
    description="Raw feeds to trusted tables on Spark and Delta Lake, from one YAML spec a table.",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.10",
    package_dir={"": "lib", "lakesmith.jobs": "jobs", "lakesmith.conf": "conf"},
    packages=[
        *find_packages("lib", include=["lakesmith*", "retail*"]),
        "lakesmith.jobs",
        "lakesmith.conf",
    ],
    package_data={
        "lakesmith": ["py.typed", "scaffold/**/*", "session/*.properties"],
        "lakesmith.conf": ["**/*.yml", "**/*.conf"],
    },
    install_requires=[
        "deltalake>=1.6,<2",
        "packaging>=24",
        "pyarrow>=18",
        "pandas<3",
        "pydantic>=2.10,<3",
        "PyYAML>=6,<7",
        "requests>=2.31",
        "rich>=13",
        "tenacity>=8.2",
        "typer>=0.15",
    ],
    extras_require={
        "spark": SPARK,
        "connect": CONNECT,
        "kafka": ["confluent-kafka>=2.5"],
        "dev": [
            *CONNECT,
            "chispa>=0.11",
            "duckdb>=1.2",
            "hypothesis>=6",
            "import-linter>=2.1",
            "mypy>=1.14",
            "psutil>=6",
            "pytest>=8.2",
            "pytest-xdist>=3.6",
            "ruff>=0.9",
            "types-PyYAML",
            "types-requests",
        ],
    },
    entry_points={
        "console_scripts": [
            "lakesmith=lakesmith.cli.app:main",
            *(f"lakesmith-{job}=lakesmith.jobs.{job}:main" for job in JOBS),
        ]
    },
    classifiers=[
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.10",
        "Operating System :: POSIX",
        "Typing :: Typed",
    ],
)

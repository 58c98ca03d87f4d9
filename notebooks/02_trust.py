# Databricks notebook source
# MAGIC %md
# MAGIC # Trust
# MAGIC A run is killed while it writes; the next one ends with the tables of an uninterrupted run. Then a run is rolled
# MAGIC back, its input fixed, and run again. Everything is written to a temporary directory.

# COMMAND ----------

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

root = next(
    path for path in (Path("."), Path("..")) if (path / "conf" / "base.yml").exists()
).resolve()
sys.path.append(str(root / "lib"))

import lakesmith
from retail.generate import generate

home = Path(tempfile.mkdtemp())
generate(home / "data", days=4)
days = sorted((home / "data" / "retail_orders").glob("*.csv"))
late = home / "late"
late.mkdir()
for file in days[2:]:
    shutil.move(file, late / file.name)

settings = {
    "warehouse": home / "warehouse",
    "sources.retail_orders.path": home / "data" / "retail_orders",
    "sources.crm_changes.path": home / "data" / "crm_changes",
}

# COMMAND ----------

# MAGIC %md
# MAGIC ## Kill
# MAGIC The first run goes on in a process of its own. As soon as one table has a commit, it is killed, and its JVM too.

# COMMAND ----------

command = [sys.executable, "-m", "lakesmith", "run", "--conf", str(root / "conf")]
command += [
    part for key, value in settings.items() for part in ("--set", f"{key}={value}")
]
paths = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(
        [str(root / "lib"), os.environ.get("PYTHONPATH", "")]
    ),
}
with (home / "killed.log").open("w") as log:
    process = subprocess.Popen(
        command, cwd=home, env=paths, stdout=log, stderr=log, start_new_session=True
    )
first_commit = (
    home / "warehouse" / "bronze" / "order_lines" / "_delta_log" / f"{0:020d}.json"
)
while process.poll() is None and not first_commit.exists():
    time.sleep(0.05)
if process.poll() is None:
    os.killpg(process.pid, signal.SIGKILL)
killed = process.wait()
written = sorted(table.parent.name for table in home.glob("warehouse/*/*/_delta_log"))
print(f"the run ended with {killed}; written: {written}")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Replay
# MAGIC The next run reads the intents of the killed one, keeps what has landed, and does the rest. Nothing was
# MAGIC published before; now all tables are, together.

# COMMAND ----------

lake = lakesmith.open(conf=root / "conf", env="local", overrides=settings)
replayed = lake.run()
again = lake.run()
print(replayed.state, "then", again.state)

# COMMAND ----------

uninterrupted = lakesmith.open(
    conf=root / "conf",
    env="local",
    overrides={**settings, "warehouse": home / "uninterrupted"},
)
uninterrupted.run()


def same(name: str) -> bool:
    """Compare a table with that of a run that nobody disturbed."""
    one, other = (
        side.table(name).drop("customers_hll", "_batch_id", "_ingested_at", "_run_id")
        for side in (lake, uninterrupted)
    )
    return one.exceptAll(other).isEmpty() and other.exceptAll(one).isEmpty()


equal = {name: same(name) for name in lake.project.table_names()}
print(equal)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Roll back
# MAGIC Two more days arrive, and the second one turns out to be wrong. One command returns all tables to where they
# MAGIC stood before that run: readers at once, by one commit of the publication.

# COMMAND ----------

before = lake.table("gold.daily_sales").count()
for file in late.iterdir():
    shutil.copy(file, home / "data" / "retail_orders")
wrong = lake.run()
after = lake.table("gold.daily_sales").count()
rolled_back = lake.rollback(wrong.run_id)
returned = lake.table("gold.daily_sales").count()
for table in rolled_back.tables:
    print(
        f"{table.table}: {table.batches} batch(es) undone, readers see version {table.version}"
    )
print(before, after, returned)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Replay again
# MAGIC The wrong file is taken away. The next run reads what is left of the rolled back input, under a new epoch.

# COMMAND ----------

(home / "data" / "retail_orders" / days[-1].name).unlink()
fixed = lake.run()
print(fixed.state, lake.table("gold.daily_sales").count())

# COMMAND ----------

# MAGIC %md
# MAGIC Every commit says which batch of which run it was, so a lost ledger is read from the tables themselves.

# COMMAND ----------

for commit in lake.history("silver.order_lines"):
    print(
        commit["version"],
        commit["operation"],
        commit["epoch"],
        commit["batch"],
        commit["run_id"],
    )

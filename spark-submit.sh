#!/usr/bin/env bash
# Run a job of jobs/ by spark-submit. The command is printed before it runs; its exit status is kept.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
dist="$root/dist"
own_python="$root/.venv/bin/python"

usage() {
    cat <<EOF
usage: spark-submit.sh run JOB [JOB ARGUMENTS] [-- SPARK-SUBMIT ARGUMENTS]
       spark-submit.sh package
       spark-submit.sh help

run      runs a job
package  makes in dist/ what a cluster is sent: code, packages, specs; a run on a cluster does it when it is needed

jobs:
$(jobs_and_titles)

job arguments: --conf DIR  --env NAME  --set KEY=VALUE  --catalog NAME  --schema-prefix P  --run-date D
Relative paths in them are relative to the working directory; --conf is conf/ beside this file when left out.

What follows -- goes to spark-submit untouched. Without a --properties-file there, conf/spark/local.conf is used, or
conf/spark/cluster.conf when the master is not local. A cluster gets the code of dist/ as --py-files, with your own,
and its packages as --archives, unless you name a Python that has them (PYSPARK_PYTHON or spark.pyspark.python).
With --deploy-mode cluster the specs travel too.

environment: SPARK_HOME (else the pyspark of .venv, else PATH), JAVA_HOME, PYSPARK_PYTHON
EOF
}

jobs_and_titles() {
    local file
    for file in "$root"/jobs/[a-z]*.py; do
        printf '  %-10s %s\n' "$(basename "$file" .py)" "$(sed -n '1s/"""//gp' "$file")"
    done
}

refuse() {
    echo "$1" >&2
    exit 2
}

find_spark_submit() {
    if [[ -n "${SPARK_HOME:-}" ]]; then
        echo "$SPARK_HOME/bin/spark-submit"
    elif [[ -x "$root/.venv/bin/spark-submit" ]]; then
        echo "$root/.venv/bin/spark-submit"
    else
        command -v spark-submit || refuse "no spark-submit: run make install, or set SPARK_HOME"
    fi
}

# What arguments give to an option, the last time that they name it.
value_of() {
    local option="$1" previous="" value="" argument
    shift
    for argument in "$@"; do
        [[ "$previous" == "$option" ]] && value="$argument"
        [[ "$argument" == "$option="* ]] && value="${argument#*=}"
        previous="$argument"
    done
    printf '%s' "$value"
}

# What a Spark setting will be: --conf KEY=VALUE, else the line of the properties file.
setting() {
    local key="$1" argument value=""
    for argument in ${spark_arguments[@]+"${spark_arguments[@]}"}; do
        argument="${argument#--conf=}"
        [[ "$argument" == "$key="* ]] && value="${argument#*=}"
    done
    if [[ -z "$value" && -f "$properties" ]]; then
        value="$(sed -nE "s/^[[:space:]]*${key//./\\.}[[:space:]=]+//p" "$properties" | tail -n 1)"
    fi
    printf '%s' "$value"
}

is_local() {
    [[ -z "$1" || "$1" == local || "$1" == local\[* ]]
}

newest() {
    local file found=""
    for file in "$@"; do
        [[ -f "$file" && (-z "$found" || "$file" -nt "$found") ]] && found="$file"
    done
    printf '%s' "$found"
}

# Make in dist/ what is missing or old; without a .venv, as on a gateway machine, dist/ is taken as it is.
package() {
    if [[ -x "$own_python" ]]; then
        PYTHONPATH="$root/lib" "$own_python" -m lakesmith.deploy.shipping --root "$root" "$@" >&2
    fi
    code="$(newest "$dist"/lakesmith-[0-9]*.zip)"
    packages="$(newest "$dist"/lakesmith-env-*.tar.gz)"
    specs="$(newest "$dist"/lakesmith-conf-*.zip)"
    [[ -n "$code" && -n "$packages" ]] || refuse "nothing in $dist: run make install, then spark-submit.sh package"
}

show_package() {
    cat <<EOF
$code: the code, for driver and executors
$packages: the packages it needs and bin/python, which runs the machine's own Python with them
$specs: the specs

A run on a cluster sends them by itself: spark-submit.sh run pipeline -- --master MASTER
The same by hand, with the driver inside the cluster:

spark-submit --master MASTER --deploy-mode cluster --properties-file $root/conf/spark/cluster.conf \\
  --py-files $code \\
  --archives $packages#env,$specs#conf \\
  --conf spark.pyspark.python=./env/bin/python \\
  $root/jobs/pipeline.py --conf conf
EOF
}

# A Python for a driver on this machine: the one of .venv, else the shipped packages, unpacked, else the machine's.
driver_python() {
    local archive
    archive="$(newest "$dist"/lakesmith-env-*.tar.gz)"
    if [[ -x "$own_python" ]]; then
        echo "$own_python"
    elif [[ -n "$archive" ]]; then
        if [[ ! "$dist/env/bin/python" -nt "$archive" ]]; then
            rm -rf "$dist/env" && mkdir -p "$dist/env" && tar -xzf "$archive" -C "$dist/env" && touch "$dist/env/bin/python"
        fi
        echo "$dist/env/bin/python"
    else
        echo python3
    fi
}

# A list with commas: ours, then what the user gave to an option.
with_theirs() {
    local theirs
    theirs="$(value_of "$1" ${spark_arguments[@]+"${spark_arguments[@]}"})"
    printf '%s' "$2${theirs:+,$theirs}"
}

# Send code and packages to a cluster; the specs too when the driver runs inside it.
ship() {
    local mode archives=""
    mode="$(value_of --deploy-mode ${spark_arguments[@]+"${spark_arguments[@]}"})"
    : "${mode:=$(setting spark.submit.deployMode)}"
    package --conf "$(value_of --conf "${job_arguments[@]}")"
    after+=(--py-files "$(with_theirs --py-files "$code")")
    if [[ -z "${PYSPARK_PYTHON:-}$(setting spark.pyspark.python)" ]]; then
        before+=(--conf spark.pyspark.python=./env/bin/python)
        archives="$packages#env"
        if [[ "$mode" != cluster && -z "${PYSPARK_DRIVER_PYTHON:-}$(setting spark.pyspark.driver.python)" ]]; then
            before+=(--conf "spark.pyspark.driver.python=$(driver_python)")
        fi
    fi
    if [[ "$mode" == cluster ]]; then
        archives="${archives:+$archives,}$specs#conf"
        job_arguments+=(--conf conf)
    fi
    [[ -z "$archives" ]] || after+=(--archives "$(with_theirs --archives "$archives")")
}

# Start a local run faster: its own settings first, so that those of the user win.
quicken() {
    local line
    [[ -x "$own_python" && -f "$properties" && -z "$(value_of --packages "$@")" ]] || return 0
    while IFS= read -r line; do
        case "$line" in
            SPARK_DIST_CLASSPATH=*) export SPARK_DIST_CLASSPATH="${line#*=}" ;;
            *) before+=(--conf "$line") ;;
        esac
    done < <(PYTHONPATH="$root/lib" "$own_python" -m lakesmith.cli.submit_settings "$properties")
}

run_job() {
    local job="${1:-}" properties master
    if [[ -z "$job" || ! -f "$root/jobs/$job.py" ]]; then
        echo "no job '$job'" >&2
        usage >&2
        exit 2
    fi
    shift
    local job_arguments=() spark_arguments=() before=() after=()
    while (($#)) && [[ "$1" != "--" ]]; do
        job_arguments+=("$1")
        shift
    done
    (($#)) && shift
    spark_arguments=("$@")
    [[ -n "$(value_of --conf ${job_arguments[@]+"${job_arguments[@]}"})" ]] || job_arguments+=(--conf "$root/conf")
    properties="$(value_of --properties-file "$@")"
    master="$(value_of --master "$@")"
    : "${master:=$(setting spark.master)}"
    if [[ -z "$properties" ]]; then
        properties="$root/conf/spark/$(is_local "$master" && echo local || echo cluster).conf"
        before+=(--properties-file "$properties")
    fi
    if is_local "$master"; then
        quicken "$@"
        export PYSPARK_PYTHON="${PYSPARK_PYTHON:-$(driver_python)}"
    else
        ship
    fi
    local library="$root/lib" command
    [[ -d "$library" ]] || library="$(newest "$dist"/lakesmith-[0-9]*.zip)"
    export PYTHONPATH="$library${PYTHONPATH:+:$PYTHONPATH}"
    command=("$(find_spark_submit)" ${before[@]+"${before[@]}"} "$@" ${after[@]+"${after[@]}"})
    command+=("$root/jobs/$job.py" "${job_arguments[@]}")
    printf '+' >&2
    printf ' %q' "${command[@]}" >&2
    printf '\n' >&2
    exec "${command[@]}"
}

case "${1:-help}" in
    run) shift && run_job "$@" ;;
    package) shift && package "$@" && show_package ;;
    help | -h | --help) usage ;;
    *) usage >&2 && exit 2 ;;
esac

#!/usr/bin/env bash
# Run a job of jobs/ by spark-submit. The command is printed before it runs; its exit status is kept.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

usage() {
    cat <<EOF
usage: spark-submit.sh run JOB [JOB ARGUMENTS] [-- SPARK-SUBMIT ARGUMENTS]
       spark-submit.sh help

jobs:
$(jobs_and_titles)

job arguments: --conf DIR  --env NAME  --set KEY=VALUE  --run-date D
Relative paths in them are relative to the working directory; --conf is conf/ beside this file when left out.
What follows -- goes to spark-submit untouched; without a --properties-file there, conf/spark/local.conf is used.

environment: SPARK_HOME (else the pyspark of .venv, else PATH), JAVA_HOME, PYSPARK_PYTHON
EOF
}

jobs_and_titles() {
    local file
    for file in "$root"/jobs/[a-z]*.py; do
        printf '  %-10s %s\n' "$(basename "$file" .py)" "$(sed -n '1s/"""//gp' "$file")"
    done
}

find_spark_submit() {
    if [[ -n "${SPARK_HOME:-}" ]]; then
        echo "$SPARK_HOME/bin/spark-submit"
    elif [[ -x "$root/.venv/bin/spark-submit" ]]; then
        echo "$root/.venv/bin/spark-submit"
    else
        command -v spark-submit || { echo "no spark-submit: run make install, or set SPARK_HOME" >&2; exit 2; }
    fi
}

has_option() {
    local option="$1" argument
    shift
    for argument in "$@"; do
        [[ "$argument" == "$option" || "$argument" == "$option="* ]] && return 0
    done
    return 1
}

run_job() {
    local job="${1:-}"
    if [[ -z "$job" || ! -f "$root/jobs/$job.py" ]]; then
        echo "no job '$job'" >&2
        usage >&2
        exit 2
    fi
    shift
    local job_arguments=() spark_arguments=()
    while (($#)) && [[ "$1" != "--" ]]; do
        job_arguments+=("$1")
        shift
    done
    (($#)) && shift
    spark_arguments=("$@")
    has_option --conf ${job_arguments[@]+"${job_arguments[@]}"} || job_arguments+=(--conf "$root/conf")
    has_option --properties-file ${spark_arguments[@]+"${spark_arguments[@]}"} ||
        spark_arguments=(--properties-file "$root/conf/spark/local.conf" ${spark_arguments[@]+"${spark_arguments[@]}"})
    if [[ -z "${PYSPARK_PYTHON:-}" && -x "$root/.venv/bin/python" ]]; then
        export PYSPARK_PYTHON="$root/.venv/bin/python"
    fi
    export PYTHONPATH="$root/lib${PYTHONPATH:+:$PYTHONPATH}"
    local command
    command=("$(find_spark_submit)" "${spark_arguments[@]}" "$root/jobs/$job.py" "${job_arguments[@]}")
    printf '+' >&2
    printf ' %q' "${command[@]}" >&2
    printf '\n' >&2
    exec "${command[@]}"
}

case "${1:-help}" in
    run) shift && run_job "$@" ;;
    help | -h | --help) usage ;;
    *) usage >&2 && exit 2 ;;
esac

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python3.10
READY := $(VENV)/.ready
CONNECT := tests/session tests/transforms/test_steps.py tests/tables/test_commit.py tests/runs/test_run.py::test_the_tables_hold_what_the_feed_says
CORE := $(addprefix tests/,session transforms quality sources tables runs)
JARS := $(VENV)/.jars
DOCS := .venv-docs
PARTS := laws models inputs kills sweep history groups schema repair faults tables jobs corpus connect
# What passed is kept by commit; a tree with changes begins from zero.
PROVEN = $(VENV)/proven/$(shell git diff --quiet HEAD 2>/dev/null && git rev-parse HEAD || date +%s)
# A test that hangs is reported with the stack of each thread, and the others go on.
NO_HANG := -o faulthandler_timeout=1200 -o faulthandler_exit_on_timeout=true
JAVA = $(shell "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p')

.PHONY: help install demo test bench prove docs lint clean java

help: ## Say what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || grep -E '^[a-z]+:.*##' Makefile

install: $(READY) $(JARS) ## Make .venv from the lock file and fetch Delta's JARs

demo: install ## Make a feed, run the sample twice, show what came out
	@$(VENV)/bin/python -m lakesmith.demo 2>$(VENV)/demo.log || { cat $(VENV)/demo.log >&2; exit 1; }

test: install lint ## Check everything but the long proofs
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile $(NO_HANG) --durations 10 -m "not prove"
	LAKESMITH_TEST_REMOTE=1 $(VENV)/bin/python -m pytest -n 2 --dist loadfile $(NO_HANG) -m "not prove" $(CONNECT)

lint: $(READY) ## Check style, types and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	PYTHONPATH=lib $(VENV)/bin/lint-imports

prove: install ## Run the long proofs; PART=kills runs one part, and what passed at this commit is not run again
	@mkdir -p $(PROVEN)
	@set -e; for part in $(or $(PART),$(PARTS)); do \
	  echo "proofs: $$part"; \
	  if [[ "$$part" == connect ]]; then \
	    LAKESMITH_PROVEN=$(PROVEN)/$$part LAKESMITH_TEST_REMOTE=1 $(VENV)/bin/python -m pytest -m "not prove" $(CORE) || (( $$? == 5 )); \
	  else \
	    LAKESMITH_PROVEN=$(PROVEN)/$$part $(VENV)/bin/python -m pytest --part $$part || (( $$? == 5 )); \
	  fi; \
	done

docs: $(READY) requirements-docs.lock ## Build the pages of docs/ into build/site
	@[[ -x $(DOCS)/bin/mkdocs ]] || { $(VENV)/bin/python -m venv $(DOCS) && $(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock; }
	$(VENV)/bin/python -m tests.pages
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict --quiet

bench: install ## Print the figures
	$(VENV)/bin/python -m tests.benchmarks.bench

clean: ## Remove what was built; tables, data and .venv stay
	rm -rf build dist lib/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache spark-warehouse metastore_db derby.log
	find jobs lib tests notebooks -name __pycache__ -prune -exec rm -rf {} +

java:
	@$(if $(filter 17 21,$(JAVA)),,$(error Java 17 or 21 is needed, $(or $(JAVA),none) was found: install one (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME)):

$(READY): requirements.lock setup.py pyproject.toml | java
	@for python in $(PYTHONS); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && break; python=; \
	done; \
	[[ -n "$$python" ]] || { echo "Python 3.10 or newer is needed and none was found" >&2; exit 1; }; \
	[[ -x $(VENV)/bin/python ]] || "$$python" -m venv $(VENV) || { \
	  rm -rf $(VENV); echo "no virtual environment could be made (Debian: apt-get install python3-venv)" >&2; exit 1; }
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(JARS): conf/spark/local.conf $(READY)
	@$(VENV)/bin/python -c 'from pathlib import Path; from lakesmith.session.start import get_session, read_properties; get_session(read_properties(Path("conf/spark/local.conf"))).stop()' \
	  >$(VENV)/jars.log 2>&1 || { cat $(VENV)/jars.log >&2; echo "Delta's JARs could not be fetched; run make again" >&2; exit 1; }
	@# A first run writes the archive of classes that later ones start from; the pipe waits until Java has ended.
	@bin="$$PWD/$(VENV)/bin"; project="$$(mktemp -d)"; trap 'rm -rf "$$project"' EXIT; \
	  { "$$bin/lakesmith" init "$$project/first" && cd "$$project/first" && "$$bin/lakesmith" run; } 2>&1 | cat >$(VENV)/first.log; \
	  [[ "$${PIPESTATUS[0]}" == 0 ]] || { cat $(VENV)/first.log >&2; exit 1; }
	@touch $@

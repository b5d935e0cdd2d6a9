# Everything here works on a clean clone: what needs .venv makes it, from requirements/dev.lock alone.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
UV     := uv==0.13.8
BIN    := .venv/bin
LOCK   := uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
          --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet

# Tests run in a network namespace of their own where the system allows it. Elsewhere tests/conftest.py
# refuses every connection from the test process; the first lines of a run say which of the two it was.
OFFLINE := $(shell unshare --map-current-user --net true 2>/dev/null && echo unshare --map-current-user --net \
             || { unshare --map-root-user --net true 2>/dev/null && echo unshare --map-root-user --net; })

.PHONY: help gates test test-slow lint format docs bench wheel-test hooks-test lock clean

help:  ## Show the verbs
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' Makefile | column -t -s '|'

gates: .venv/installed  ## Judge the example dataset: a line per gate, the decision, the permit
	$(BIN)/pytest --kfm-gates --kfm-target=fixtures/kansas-counties

test: .venv/installed  ## Run the tests, two processes, random order, no network
	$(OFFLINE) $(BIN)/pytest -n 2 -m "not slow"

test-slow: .venv/installed  ## Run the tests that take longer than a few seconds
	$(OFFLINE) $(BIN)/pytest -n 2 -m slow

lint: .venv/installed  ## Style, types, layers, and whether the generated documents are current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

format: .venv/installed  ## Format the code and fix what can be fixed by rule
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/installed  ## Write docs/checks, docs/schemas and docs/gates.md anew
	$(BIN)/python docs/generate.py

bench: .venv/installed  ## Measure, and write benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py --write benchmarks/RESULTS.md

wheel-test: .venv/installed  ## Build wheel and sdist, and prove that what is installed judges the same
	$(BIN)/python tests/packaging/prove_distributions.py

hooks-test: .venv/installed  ## Have pre-commit install the hooks, and prove by commits that they stop what is broken
	$(BIN)/python tests/packaging/prove_hooks.py

lock:  ## Resolve the dependencies anew (the only verb that changes requirements/)
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PYTHON) -m venv "$$tools" && "$$tools/bin/pip" install --quiet $(UV) && \
	"$$tools/bin/"$(LOCK) --upgrade --group dev --output-file requirements/dev.lock && \
	"$$tools/bin/"$(LOCK) --constraints requirements/dev.lock --output-file requirements/run.lock

clean:  ## Remove .venv and everything that was built
	rm -rf .venv dist build .kfm-gates .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/locked: requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

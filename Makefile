# Everything here works on a clean clone: what needs .venv makes it, from requirements/dev.lock alone.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
UV     := uv==0.13.8
BIN    := .venv/bin
LOCK   := uv pip compile --universal --python-version 3.11 \
          --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet
ALL    := pyproject.toml --all-extras

# Tests run in a network namespace of their own where the system allows it. Elsewhere tests/conftest.py
# refuses every connection from the test process; the first lines of a run say which of the two it was.
OFFLINE := $(shell unshare --map-current-user --net true 2>/dev/null && echo unshare --map-current-user --net \
             || { unshare --map-root-user --net true 2>/dev/null && echo unshare --map-root-user --net; })

.PHONY: help gates test test-slow stores-test lint lint-action policy-test conftest-test format docs bench wheel-test pytest-test hooks-test action-test lock clean

help:  ## Show the verbs
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' Makefile | column -t -s '|'

gates: .venv/installed  ## Judge the example dataset: a line per gate, the decision, the permit
	$(BIN)/pytest --kfm-gates --kfm-target=fixtures/kansas-counties

test: .venv/installed  ## Run the tests, two processes, random order, no network
	$(OFFLINE) $(BIN)/pytest -n 2 -m "not slow"

test-slow: .venv/installed  ## Run the tests that take longer than a few seconds
	$(OFFLINE) $(BIN)/pytest -n 2 -m "slow and not conftest"

# Not in the network namespace: PostgreSQL refuses root, and there root is the only user.
stores-test: .venv/installed  ## Run the tests that need PostgreSQL and PostGIS, and fail where they are missing
	KFM_GATES_NEEDS_POSTGRES=1 $(BIN)/pytest -m stores

policy-test: .venv/installed  ## Lint the rules in Rego, and show that their tests hold each in place
	$(BIN)/kfm-gates policy lint
	$(BIN)/kfm-gates policy test --mutate

conftest-test: .venv/installed .venv/bin/conftest  ## The second engine for Rego: rules and engine under the real conftest (needs Go)
	KFM_GATES_CONFTEST_NEEDED=1 $(OFFLINE) $(BIN)/pytest -n 2 -m conftest

lint: .venv/installed  ## Style, types, layers, and whether the generated documents are current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

lint-action: .venv/installed .venv/bin/actionlint  ## The GitHub Action and the example workflows (needs Go)
	$(BIN)/pytest tests/action/test_lint.py tests/action/test_action_file.py

format: .venv/installed  ## Format the code and fix what can be fixed by rule
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/installed  ## Write docs/checks, docs/schemas and docs/gates.md anew
	$(BIN)/python docs/generate.py

bench: .venv/installed  ## Measure, and write benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py --write benchmarks/RESULTS.md

wheel-test: .venv/installed  ## Build wheel and sdist, and prove that what is installed judges the same
	$(BIN)/python tests/packaging/prove_distributions.py

pytest-test: .venv/installed  ## The pytest plugin under the oldest pytest that it promises to work with, and with reruns
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade --target .venv/oldest-pytest pytest==8.0.2
	PYTHONPATH=$(CURDIR)/.venv/oldest-pytest $(BIN)/python -m pytest -q tests/front/test_pytest_plugin.py
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade --no-deps --target .venv/reruns pytest-rerunfailures==16.7
	PYTHONPATH=$(CURDIR)/.venv/reruns $(BIN)/python -m pytest -q tests/front/test_pytest_reruns.py

hooks-test: .venv/installed  ## Have pre-commit install the hooks, and prove by commits that they stop what is broken
	$(BIN)/python tests/packaging/prove_hooks.py

action-test: .venv/installed  ## Prove that the GitHub Action installs from its locks and then judges
	$(BIN)/python tests/action/prove_install.py

lock:  ## Resolve the dependencies anew (the only verb that changes requirements/)
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && \
	$(PYTHON) -m venv "$$tools" && "$$tools/bin/pip" install --quiet $(UV) && \
	"$$tools/bin/"$(LOCK) $(ALL) --upgrade --group dev --output-file requirements/dev.lock && \
	"$$tools/bin/"$(LOCK) $(ALL) --constraints requirements/dev.lock --output-file requirements/run.lock && \
	"$$tools/bin/"$(LOCK) --group build --constraints requirements/dev.lock --output-file requirements/build.lock

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

.venv/bin/actionlint: .venv/locked requirements/actionlint/go.sum
	go build -C requirements/actionlint -mod=readonly -trimpath -o "$(CURDIR)/$@" github.com/rhysd/actionlint/cmd/actionlint

# Conftest says its version only if the build tells it; a build of which it says `dev` is refused as unknown.
CONFTEST := github.com/open-policy-agent/conftest
.venv/bin/conftest: .venv/locked requirements/conftest/go.sum
	version=$$(go list -C requirements/conftest -mod=readonly -m -f '{{.Version}}' $(CONFTEST)) && \
	go build -C requirements/conftest -mod=readonly -trimpath -o "$(CURDIR)/$@" \
	  -ldflags "-s -w -X $(CONFTEST)/internal/version.Version=$${version#v}" $(CONFTEST)

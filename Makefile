# Concord. `make` alone lists the targets.
# Python 3.11 or later, make and git are all that is needed: the first target that needs them makes .venv and
# installs the exact versions of constraints.txt. Another Python: make demo PYTHON=python3.12

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev
SOURCES := pyproject.toml constraints.txt .ci/install.py
# One worker for each core; the timing fixture that comes with langchain-tests does not go with workers.
PARALLEL := --numprocesses auto --dist worksteal --benchmark-disable

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint types bench docs constraints clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## build the demo company, answer a few questions, write a summary
	@$(BIN)/concord demo

test: $(INSTALLED_DEV) ## the tests that need no service (under 5 minutes)
	$(BIN)/pytest $(PARALLEL) -m "not slow"

test-all: test ## all tests, with real servers and benchmarks' smoke runs (under 45 minutes)
	$(BIN)/pytest $(PARALLEL) -m slow

lint: $(INSTALLED_DEV) ## style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy

types: $(INSTALLED_DEV) ## types alone
	$(BIN)/mypy

bench: $(INSTALLED_DEV) ## measure, into build/bench.json; one group: make bench ONLY=answers
	$(BIN)/python -m tests.benchmarks $(ONLY)

docs: $(INSTALLED) ## write the generated pages of docs/ again
	$(BIN)/python .ci/docs.py

constraints: $(INSTALLED) ## pin versions again after a change of pyproject.toml
	$(BIN)/python .ci/install.py --pin

clean: ## remove what was built and cached; .venv and .concord stay
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

$(INSTALLED_DEV): $(SOURCES)
	@$(ENVIRONMENT)
	$(BIN)/python .ci/install.py dev
	@touch $(INSTALLED) $@

$(INSTALLED): $(SOURCES)
	@$(ENVIRONMENT)
	$(BIN)/python .ci/install.py
	@touch $@

define ENVIRONMENT
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  { echo "Concord needs Python 3.11 or later, as in: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }; \
$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
endef

# Everything a developer does here has its target: `make help` lists them.
# Needs GNU make 3.81 or newer and Python 3.11 or newer; the rest comes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCKS := requirements.lock requirements-dev.lock

# Rules that a machine checks by reading the code and what is generated from it.
RULES := tests/unit/answers/test_generated.py tests/unit/test_commands_page.py tests/unit/test_docs.py \
	tests/unit/test_imports.py tests/unit/test_locks.py tests/unit/test_rules_of_the_code.py \
	tests/unit/test_rules_page.py

.DEFAULT_GOAL := help
.PHONY: help setup demo test check docs lock cluster-programs bench soak clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv with the locked dependencies (PYTHON=python3.12 chooses another Python)

$(READY): $(LOCKS)
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "No program '$(PYTHON)': install Python 3.11 or newer, or name it: make setup PYTHON=/path/to/python3" >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "'$(PYTHON)' is $$("$(PYTHON)" --version 2>&1): Python 3.11 or newer is needed. Name one: make setup PYTHON=python3.12" >&2; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Install Harbor on a simulated cluster; nothing real is touched
	@if [ -t 0 ] && [ -t 1 ] && [ "$${TERM:-dumb}" != dumb ]; then $(BIN)/wizard --demo; \
	else $(BIN)/wizard --demo --preset presets/demo.yaml --yes; fi

test: setup ## Run all tests; PYTEST_OPTIONS narrows (the first time, Go builds the test cluster)
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

check: setup ## Check format, lint, types, import contracts, size rules, and that generated files are fresh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --quiet $(RULES)

docs: setup ## Write what is generated: preset schema and reference, references of commands and findings
	$(BIN)/python -m wizard.answers.generated
	$(BIN)/python -m scripts.commands_page
	$(BIN)/python -m scripts.rules_page

lock: setup ## Lock the dependencies anew (UV_OPTIONS=--upgrade takes newer versions)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links $(UV_OPTIONS) \
		pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links $(UV_OPTIONS) \
		--group dev --constraint requirements.lock \
		pyproject.toml --output-file requirements-dev.lock

cluster-programs: setup ## Build the programs of the test cluster with Go into the user's cache
	$(BIN)/python -m tests.cluster.build

bench: setup ## Measure start-up, plan, runs and the live view; BENCH=rules measures one group
	$(BIN)/python -m tests.bench $(BENCH)

soak: setup ## Run the long tests: the full kill matrix, a live view of 5,000 pods
	$(BIN)/python -m pytest -m soak $(PYTEST_OPTIONS)

clean: ## Remove caches and built packages; .venv stays
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find wizard screens backends presets tests scripts -name __pycache__ -prune -exec rm -rf {} +

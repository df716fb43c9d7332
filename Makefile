# `make demo` and `make test` set up everything they need in .venv, again when a dependency changes.

# The first Python that is new enough; choose another with `make PYTHON=/path/to/python3.12 ...`.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
# Tests of screens mostly wait, so more workers than cores pay off.
WORKERS ?= 5
# Tests start hundreds of processes: without its bytecode each of them would compile the program anew.
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint types imports check format bench screenshots wheel clean
.DELETE_ON_ERROR:

demo: $(READY)
	@$(BIN)/helpdesk-tui demo

test: $(READY)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy helpdesk_tui tests

imports: $(READY)
	$(BIN)/lint-imports --no-logo

check: test lint types imports

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# All parts, or one: make bench PART=launch
bench: $(READY)
	$(BIN)/python -m tests.benchmarks $(PART)

screenshots: $(READY)
	$(BIN)/python -m tests.screenshots

wheel: $(READY)
	$(BIN)/python -m pip wheel . --quiet --no-deps --no-build-isolation --wheel-dir dist

clean:
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache snapshot_report.html

$(READY): pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Helpdesk TUI needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3.11" >&2; \
		exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv || { \
		echo "Python could not make a virtual environment: install its venv module (on Debian: python3-venv)" >&2; \
		exit 1; }
	@echo "Setting up .venv (a minute or two, only when dependencies changed)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# What can be asked for here. Everything runs in .venv, which is set up when it is missing and
# again when pyproject.toml has changed.

PYTHON ?= python3
BIN := .venv/bin
SET_UP := .venv/set-up
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench bench-scan format engines clean

help:
	@echo "make demo        builds, fills and imports the forms of six fictional suppliers"
	@echo "make test        all checks: format, lint, types, import contracts, tests"
	@echo "make lint        the checks without the tests"
	@echo "make bench       measures speed, in ratios to other tools"
	@echo "make bench-scan  measures the reading of paper, on simulated scans and photos"
	@echo "make format      formats the code and mends what the linter can"
	@echo "make clean       takes away .venv, caches and output/demo"

demo: $(SET_UP)
	@$(BIN)/python -m demo

test: lint engines
	@$(BIN)/python -m pytest --quiet --numprocesses=auto

lint: $(SET_UP)
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --no-error-summary
	@report=$$($(BIN)/lint-imports 2>&1) || { echo "$$report"; exit 1; }

bench: $(SET_UP)
	@$(BIN)/python -m bench

bench-scan: $(SET_UP)
	@$(BIN)/python -m bench scan

format: $(SET_UP)
	@$(BIN)/ruff format --quiet
	@$(BIN)/ruff check --fix

engines:
	@.ci/engines

# pip knows dependency groups from 25.1 on; Python 3.11 brings an older one.
$(SET_UP): pyproject.toml
	@echo "Setting up .venv ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --group dev --editable .
	@touch $@

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@rm -rf build dist output/demo
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

